import { callBounds } from '../domain/call-bounds.ts'
import type { ConversationEvent, ConversationRef, Message, TakenMessage } from '../domain/conversation.ts'
import type { Logger } from '../providers/logger.ts'
import type { SessionMode } from '../providers/relay-token.ts'
import { createDialogue } from '../receptionist/dialogue.ts'
import { unkeptMessage } from '../receptionist/message-taking.ts'
import type { ModelPort } from '../receptionist/model-port.ts'
import type { TurnAction, TurnResult } from '../receptionist/turn-port.ts'
import { createCallEnd } from './call-end.ts'
import { createCallLimit } from './call-limit.ts'
import { createCallerInput } from './caller-input.ts'
import { guarded, type Clock } from './clock.ts'
import { contain } from './contain.ts'
import { describeError } from './describe-error.ts'
import { endFrame, languageFrame, textFrame, type HandoffData, type TwilioFrame } from './frames.ts'
import type { Journal } from './journal.ts'
import { joined, leftBehind, openingKey } from './left-behind.ts'
import { createLine, type Wire } from './line.ts'
import { messageKey } from './message-key.ts'
import { createPlayback } from './playback.ts'
import { relayBounds } from './relay-bounds.ts'
import type { RelayMetrics } from './relay-metrics.ts'
import { createSilenceWatch } from './silence-watch.ts'
import type { CallRecording } from './start-recording.ts'
import { createTakeUp } from './take-up.ts'
import type { LoadedCall } from './tenant-loader.ts'
import { createTranscript } from './transcript.ts'
import { createTurns } from './turns.ts'

export interface SessionOptions {
  ref: ConversationRef
  callSid: string
  sessionId: string
  mode: SessionMode
  call: LoadedCall
  /** Twilio reconnects a session that another process began. */
  isResumed: boolean
  model: ModelPort
  journal: Pick<Journal, 'write' | 'keepMessage' | 'optOutContact'>
  recording: CallRecording
  /** Unique among all writers to the conversation. */
  writer: string
  clock: Clock
  metrics: RelayMetrics
  logger: Logger
  /** The session is over; all that it had to say is with the journal once `lastLine` is. False when the call goes on elsewhere. */
  onOver(isCallOver: boolean, lastLine: Promise<void>): void
}

export type Session = ReturnType<typeof createSession>

/**
 * One ConversationRelay session of a call. It outlives its socket for a while: what it says meanwhile waits for the
 * next one. Nothing here waits for the database, and no frame makes it throw.
 */
export function createSession(options: SessionOptions) {
  const { ref, callSid, sessionId, mode, isResumed, journal, recording, metrics } = options
  const { receptionist, startedAtMs } = options.call
  const logger = options.logger.child({ callSid })
  const clock = guarded(options.clock, onFault)
  const line = createLine()

  let isBegun = false
  let ended: HandoffData | null = null
  let isOver = false
  let unproductiveTurns = 0
  /** Why we are hanging up, told once it is done: until then the caller may change it. */
  let endEvent: ConversationEvent | null = null
  let cancelWait = () => {}

  const left = isResumed ? leftBehind(options.call.history, sessionId) : null
  const history = left?.history ?? options.call.history
  const dialogue = createDialogue(receptionist, history, mode === 'take-message' ? 'take-message' : 'normal')
  const changed = history.findLast(({ event }) => event === 'language-changed')
  if (changed) dialogue.language = changed.text
  const firstSeq = options.call.history.reduce((next, { seq }) => Math.max(next, seq + 1), 0)
  const transcript = createTranscript({ ref, write: journal.write, clock, writer: options.writer, firstSeq })
  const playback = createPlayback(clock)
  const input = createCallerInput({ history, transcript, playback, clock, metrics, logger, onWords, onPartialWords, onInterrupt })
  const end = createCallEnd(playback, clock, finish)
  const silence = createSilenceWatch({ clock, playback, isQuiet, onSilence })
  const takeUp = createTakeUp({ clock, playback, isFree: () => isQuiet() && !isDone() })
  const limit = createCallLimit({ clock, startedAtMs, onNear: sayEndingSoon, onReached: () => void endAtBound().catch(onFault) })
  const ports = {
    model: options.model,
    keepMessage: (message: TakenMessage, content: string) => journal.keepMessage(ref, messageKey(content), message),
    optOutContact: () => journal.optOutContact(ref),
    stopRecording: recording.stop,
  }
  const turns = createTurns({ dialogue, transcript, playback, clock, metrics, logger, send: line.send, onTurn, ports })

  const isDone = () => isOver || ended !== null

  function onFault(error: unknown) {
    logger.error(describeError(error), 'a call broke')
    metrics.faults.inc({ where: 'call' })
  }

  function onWords(words: string) {
    silence.broken()
    takeUp.forget()
    if (end.isFinal) return
    end.leaveOff()
    endEvent = null
    turns.hear(words)
  }

  function onPartialWords(words: string) {
    if (!end.isFinal) turns.suppose(words)
  }

  function onInterrupt(utterance: string | null) {
    takeUp.forget()
    if (!turns.interrupt(utterance)) return
    playback.stop()
    end.interrupted()
  }

  function onTurn(result: TurnResult | null, isCut: boolean) {
    if (isDone() || end.isFinal) return
    if (!result) {
      turns.announce(dialogue.phrases.filler)
      return endAfter({ reason: 'model-failed' }, true)
    }
    const isModelFailed = result.events.some(({ event }) => event === 'model-failed')
    if (!isCut) unproductiveTurns = result.isProductive ? 0 : unproductiveTurns + 1
    if (result.action && result.action.type !== 'change-language') act(result.action, isCut, isModelFailed)
    else if (unproductiveTurns >= callBounds.maxUnproductiveTurns) endPolitely('ended-unproductive', dialogue.phrases.goodbyeUnproductive)
    limit.warn()
    takeUp.look()
    restartSilence()
  }

  function act(action: Exclude<TurnAction, { type: 'change-language' }>, isCut: boolean, isModelFailed: boolean) {
    // A goodbye that the caller speaks over is none; whoever asked for a person gets one, whatever is said meanwhile.
    if (action.type === 'end' && isCut) return
    const reason = action.type === 'transfer' && isModelFailed ? 'model-failed' : action.type
    endAfter({ reason, detail: action.reason }, action.type === 'transfer')
  }

  function isQuiet(): boolean {
    return !input.isComing && !turns.isBusy && !end.isDecided
  }

  function restartSilence() {
    if (line.isUp && !isDone()) silence.restart()
  }

  function onSilence(times: number) {
    if (times <= callBounds.maxReprompts) turns.announce(dialogue.reprompt)
    else endPolitely('ended-by-silence', dialogue.phrases.goodbyeSilence, false)
  }

  function sayEndingSoon(): boolean {
    if (turns.isBusy || end.isDecided || isDone()) return false
    turns.announce(dialogue.phrases.endingSoon)
    return true
  }

  async function endAtBound() {
    if (end.isFinal || isDone()) return
    end.leaveOff()
    end.decide({ reason: 'end' }, true)
    await turns.stop()
    if (!isDone()) endPolitely('ended-by-bound', dialogue.phrases.goodbyeTooLong)
  }

  function endPolitely(event: ConversationEvent, goodbye: string, isFinal = true) {
    turns.announce(goodbye)
    endEvent = event
    endAfter({ reason: 'end', detail: event }, isFinal)
  }

  /** Ends the session once what was said last is played. */
  function endAfter(handoff: HandoffData, isFinal: boolean) {
    if (isFinal) void turns.stop()
    end.decide(handoff, isFinal)
    end.carryOut()
  }

  function finish(handoff: HandoffData) {
    if (isDone()) return
    ended = handoff
    if (endEvent) transcript.happened(endEvent)
    cancelTimers()
    void turns.stop()
    line.send(endFrame(handoff))
    awaitTwilio()
  }

  /** Where Twilio is there, for its close after our `end`; else for its return. */
  function awaitTwilio() {
    cancelWait()
    if (!line.isUp) cancelWait = clock.after(relayBounds.graceMs, () => void close('lost'))
    else if (ended) cancelWait = clock.after(relayBounds.closeAfterEndMs, () => line.close(1000, 'The session has ended'))
  }

  function cancelTimers() {
    for (const cancel of [cancelWait, limit.cancel, end.cancel, silence.cancel, input.cancel, takeUp.forget]) cancel()
  }

  /** The call is over for this process: what was said and not heard is taken back. */
  async function close(how: 'hung-up' | 'lost' | 'replaced' | 'drained') {
    if (isOver) return
    isOver = true
    cancelTimers()
    if (line.isUp && !ended) contain(turns.leaveOff, onFault)
    await turns.stop()
    if (endEvent && !ended) contain(() => transcript.happened(endEvent!), onFault)
    line.close(1012, 'The session goes on elsewhere')
    metrics.sessionsOver.inc({ how: ended ? `ended-${ended.reason}` : how })
    options.onOver(how === 'hung-up' || how === 'lost', recordUnkeptMessage())
  }

  /** Who hung up on "one moment" relies on a message that perhaps could not be saved. */
  async function recordUnkeptMessage() {
    const message = await unkeptMessage(dialogue)
    if (message) transcript.happened('message-failed', message.text)
  }

  function begin() {
    turns.opened(receptionist.opening(mode), openingKey(sessionId))
    if (changed) line.send(languageFrame(changed.text))
    recording.start()
  }

  /** Another process had the session, and is gone. */
  function takeOver({ words, heard, handoff, isFinal }: NonNullable<typeof left>) {
    input.reconnected()
    transcript.happened('reconnected')
    // It may have gone in the middle of a talk cycle.
    line.send(textFrame('', { isLast: true }))
    recording.start()
    if (words) takeUp.plan(() => turns.takeUp(words, joined(heard, playback.heardOf(''))))
    if (!handoff) return
    end.decide(handoff, isFinal)
    end.interrupted()
  }

  function goOn() {
    input.reconnected()
    if (ended && !line.isBehind) line.send(endFrame(ended))
    if (ended) return
    transcript.happened('reconnected')
    if (turns.find()) takeUp.plan(turns.sayUnplayed)
  }

  /** How often other processes took the session over. */
  const takeOvers = (lines: readonly Message[]) =>
    lines.filter(({ event, key }) => event === 'reconnected' && !key.startsWith(`${options.writer}-`)).length
  const takeOversBefore = takeOvers(options.call.history)

  return {
    sessionId,
    close,
    get isOver() {
      return isOver
    },

    /** True when `lines`, the transcript, tell of another process that has had the session since. */
    isOutdated: (lines: readonly Message[]): boolean => takeOvers(lines) > takeOversBefore,
    get isConnected() {
      return line.isUp
    },

    receive(frame: TwilioFrame) {
      if (isDone()) return
      input.receive(frame)
      restartSilence()
    },

    /** Twilio connected, for the first time or again. */
    attach(next: Wire) {
      line.connect(next)
      if (isBegun) goOn()
      else if (left) takeOver(left)
      else begin()
      isBegun = true
      line.flush()
      awaitTwilio()
      restartSilence()
    },

    /** The socket is gone. `isClosed`: Twilio closed it, and the call with it; else it may come back. */
    detach(from: Wire, isClosed: boolean) {
      if (!line.disconnect(from)) return
      silence.cancel()
      if (!ended) contain(turns.lose, onFault)
      if (isClosed) void close('hung-up')
      else awaitTwilio()
    },
  }
}
