import { callBounds } from '../domain/call-bounds.ts'
import type { ConversationRef, TakenMessage } from '../domain/conversation.ts'
import type { Logger } from '../providers/logger.ts'
import type { SessionMode } from '../providers/relay-token.ts'
import { createDialogue } from '../receptionist/dialogue.ts'
import { unkeptMessage } from '../receptionist/message-taking.ts'
import type { ModelPort } from '../receptionist/model-port.ts'
import type { TurnAction, TurnResult } from '../receptionist/turn-port.ts'
import { createCallEnd } from './call-end.ts'
import { createCallLimit } from './call-limit.ts'
import { createCallerInput } from './caller-input.ts'
import type { Clock } from './clock.ts'
import { contain } from './contain.ts'
import { endFrame, languageFrame, textFrame, type HandoffData, type TwilioFrame } from './frames.ts'
import type { Journal } from './journal.ts'
import { joined, openingKey, type LeftBehind } from './left-behind.ts'
import { messageKey } from './message-key.ts'
import { createPlayback } from './playback.ts'
import type { RelayMetrics } from './relay-metrics.ts'
import { createSilenceWatch } from './silence-watch.ts'
import type { CallRecording } from './start-recording.ts'
import { createTakeUp } from './take-up.ts'
import type { LoadedCall } from './tenant-loader.ts'
import { createTranscript } from './transcript.ts'
import { createTurns } from './turns.ts'

export interface TalkOptions {
  ref: ConversationRef
  sessionId: string
  mode: SessionMode
  call: LoadedCall
  /** What another process left to do; null where this one begins the session. */
  left: LeftBehind | null
  model: ModelPort
  journal: Pick<Journal, 'write' | 'keepMessage' | 'optOutContact'>
  recording: CallRecording
  /** Unique among all writers to the conversation. */
  writer: string
  /** Its timers break nobody. */
  clock: Clock
  metrics: RelayMetrics
  logger: Logger
  send(frame: string): void
  onFault(error: unknown): void
  /** Our `end` was sent: nothing is said or heard any more. */
  onEnd(): void
}

/** What the two sides of a session say to each other, whatever becomes of its sockets. */
export function createTalk(options: TalkOptions) {
  const { ref, sessionId, mode, call, left, journal, recording, clock, metrics, logger, send, onFault } = options
  const { receptionist, startedAtMs } = call

  /** The line to Twilio is there: only then silence is somebody's. */
  let isHeard = false
  let unproductiveTurns = 0

  const history = left?.history ?? call.history
  const dialogue = createDialogue(receptionist, history, mode === 'take-message' ? 'take-message' : 'normal')
  const changed = history.findLast(({ event }) => event === 'language-changed')
  if (changed) dialogue.language = changed.text
  const firstSeq = call.history.reduce((next, { seq }) => Math.max(next, seq + 1), 0)
  const write: Journal['write'] = (ref, lines) => contain(() => journal.write(ref, lines), onFault)
  const transcript = createTranscript({ ref, write, clock, writer: options.writer, firstSeq })
  const playback = createPlayback(clock)
  const input = createCallerInput({ history, transcript, playback, clock, metrics, logger, onWords, onPartialWords, onInterrupt })
  const ports = {
    model: options.model,
    keepMessage: (message: TakenMessage, content: string) => journal.keepMessage(ref, messageKey(content), message),
    optOutContact: () => journal.optOutContact(ref),
    stopRecording: recording.stop,
  }
  const turns = createTurns({ dialogue, transcript, playback, clock, metrics, logger, send, onTurn, ports })
  const end = createCallEnd({ playback, clock, turns, transcript, onEnd })
  const silence = createSilenceWatch({ clock, playback, isQuiet, onSilence })
  const takeUp = createTakeUp({ clock, playback, isFree: isQuiet })
  const limit = createCallLimit({ clock, startedAtMs, onNear: sayEndingSoon, onReached: endTooLong })

  function onWords(words: string) {
    silence.broken()
    takeUp.cancel()
    if (end.isFinal()) return
    end.leaveOff()
    turns.hear(words)
  }

  function onPartialWords(words: string) {
    if (!end.isFinal()) turns.suppose(words)
  }

  function onInterrupt(utterance: string | null) {
    takeUp.cancel()
    if (!turns.interrupt(utterance)) return
    playback.stop()
    end.interrupted()
  }

  function onTurn(result: TurnResult | null, isCut: boolean) {
    if (end.isDone() || end.isFinal()) return
    if (!result) {
      turns.announce(dialogue.phrases().filler)
      return end.decide({ reason: 'model-failed' }, true)
    }
    const isModelFailed = result.events.some(({ event }) => event === 'model-failed')
    if (!isCut) unproductiveTurns = result.isProductive ? 0 : unproductiveTurns + 1
    if (result.action && result.action.type !== 'change-language') act(result.action, isCut, isModelFailed)
    else if (unproductiveTurns >= callBounds.maxUnproductiveTurns) end.politely('ended-unproductive', dialogue.phrases().goodbyeUnproductive)
    limit.warn()
    takeUp.look()
    restartSilence()
  }

  function act(action: Exclude<TurnAction, { type: 'change-language' }>, isCut: boolean, isModelFailed: boolean) {
    // A goodbye that the caller speaks over is none; whoever asked for a person gets one, whatever is said meanwhile.
    if (action.type === 'end' && isCut) return
    const reason = action.type === 'transfer' && isModelFailed ? 'model-failed' : action.type
    end.decide({ reason, detail: action.reason }, action.type === 'transfer')
  }

  /** True when nobody speaks, or is about to. */
  function isQuiet(): boolean {
    return !input.isComing() && !turns.isBusy() && !end.isDecided() && !end.isDone()
  }

  function restartSilence() {
    if (isHeard && !end.isDone()) silence.restart()
  }

  function onSilence(times: number) {
    if (times <= callBounds.maxReprompts) turns.announce(dialogue.reprompt())
    else end.politely('ended-by-silence', dialogue.phrases().goodbyeSilence, false)
  }

  function sayEndingSoon(): boolean {
    if (turns.isBusy() || end.isDecided() || end.isDone()) return false
    turns.announce(dialogue.phrases().endingSoon)
    return true
  }

  function endTooLong() {
    end.atOnce('ended-by-bound', dialogue.phrases().goodbyeTooLong).catch(onFault)
  }

  function onEnd(handoff: HandoffData) {
    cancel()
    send(endFrame(handoff))
    options.onEnd()
  }

  function cancel() {
    for (const part of [limit, end, silence, input, takeUp]) part.cancel()
  }

  return {
    receive(frame: TwilioFrame) {
      if (end.isDone()) return
      input.receive(frame)
      restartSilence()
    },

    begin() {
      turns.opened(receptionist.opening(mode), openingKey(sessionId))
      if (changed) send(languageFrame(changed.text))
    },

    /** Another process had the session, and is gone. */
    takeOver({ words, heard, handoff, isFinal }: LeftBehind) {
      input.reconnected()
      transcript.happened('reconnected')
      // It may have gone in the middle of a talk cycle.
      send(textFrame('', { isLast: true }))
      if (handoff) end.resume(handoff, isFinal)
      if (words && !end.isDone()) takeUp.plan(() => turns.takeUp(words, joined(heard, playback.heardOf(''))))
    },

    /** The line to Twilio is there. */
    listen() {
      isHeard = true
      restartSilence()
    },

    /** It is lost, perhaps for good. */
    lose() {
      isHeard = false
      silence.cancel()
      if (!end.done()) contain(turns.lose, onFault)
    },

    /** It is found again. */
    goOn() {
      if (end.done()) return
      input.reconnected()
      transcript.happened('reconnected')
      if (turns.find()) takeUp.plan(turns.sayUnplayed)
    },

    /** What was said and not heard is taken back. Resolves once nothing is said any more. */
    async close() {
      cancel()
      contain(end.close, onFault)
      if (isHeard && !end.done()) contain(turns.leaveOff, onFault)
      await turns.stop()
    },

    /** Who hung up on "one moment" relies on a message that perhaps could not be saved. */
    async recordUnkeptMessage() {
      const message = await unkeptMessage(dialogue)
      if (message) transcript.happened('message-failed', message.text)
    },

    /** How it was ended from our side. */
    ended: () => end.done(),
  }
}
