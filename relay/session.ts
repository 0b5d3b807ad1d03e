import { callBounds } from '../domain/call-bounds.ts'
import type { ConversationEvent, ConversationRef, TakenMessage } from '../domain/conversation.ts'
import type { Logger } from '../providers/logger.ts'
import type { SessionMode } from '../providers/relay-token.ts'
import { createDialogue } from '../receptionist/dialogue.ts'
import { unkeptMessage } from '../receptionist/message-taking.ts'
import type { ModelPort } from '../receptionist/model-port.ts'
import type { TurnAction, TurnResult } from '../receptionist/turn-port.ts'
import { createCallEnd } from './call-end.ts'
import { createCallerInput } from './caller-input.ts'
import type { Clock } from './clock.ts'
import { endFrame, languageFrame, textFrame, type HandoffData, type TwilioFrame } from './frames.ts'
import type { Journal } from './journal.ts'
import { messageKey } from './message-key.ts'
import { createPlayback } from './playback.ts'
import { relayBounds } from './relay-bounds.ts'
import type { RelayMetrics } from './relay-metrics.ts'
import { createSilenceWatch } from './silence-watch.ts'
import type { CallRecording } from './start-recording.ts'
import type { LoadedCall } from './tenant-loader.ts'
import { createTranscript } from './transcript.ts'
import { createTurns } from './turns.ts'

/** The open socket of a session. */
export interface Wire {
  /** False when the socket takes no more. */
  send(frame: string): boolean
  close(code: number, reason: string): void
}

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
  const { ref, callSid, sessionId, mode, isResumed, journal, recording, clock, metrics } = options
  const { receptionist, history, startedAtMs } = options.call
  const logger = options.logger.child({ callSid })

  let wire: Wire | null = null
  let isBegun = false
  const unsent: string[] = []
  let ended: HandoffData | null = null
  let isOver = false
  let isEndingSoonDue = false
  let unproductiveTurns = 0
  let heardAtDetach: string | null = null
  /** Why we are hanging up, told once it is done: until then the caller may change it. */
  let endEvent: ConversationEvent | null = null
  let cancelWait = () => {}

  // What the caller said last and nobody answered: the process that heard it is gone.
  const answered = history.findLastIndex(({ role }) => role === 'receptionist') + 1
  const unanswered = isResumed ? history.slice(answered).filter(({ role }) => role === 'caller') : []
  const known = history.filter((line) => !unanswered.includes(line))
  const dialogue = createDialogue(receptionist, known, mode === 'take-message' ? 'take-message' : 'normal')
  const changed = history.findLast(({ event }) => event === 'language-changed')
  if (changed) dialogue.language = changed.text
  const firstSeq = history.reduce((next, { seq }) => Math.max(next, seq + 1), 0)
  const transcript = createTranscript({ ref, write: journal.write, clock, writer: options.writer, firstSeq })
  const playback = createPlayback(clock)
  const input = createCallerInput({ history, transcript, playback, clock, metrics, logger, onWords, onPartialWords, onInterrupt })
  const end = createCallEnd(playback, clock, finish)
  const silence = createSilenceWatch({ clock, playback, isQuiet, onSilence })
  const ports = {
    model: options.model,
    keepMessage: (message: TakenMessage, content: string) => journal.keepMessage(ref, messageKey(content), message),
    optOutContact: () => journal.optOutContact(ref),
    stopRecording: recording.stop,
  }
  const turns = createTurns({ dialogue, transcript, playback, clock, metrics, logger, send, onTurn, ports })

  const leftMs = Math.max(0, startedAtMs + callBounds.maxCallMs - clock.nowMs())
  const cancelBound = clock.after(leftMs, () => void endAtBound())
  const cancelWarning = clock.after(Math.max(0, leftMs - relayBounds.endingSoonMs), () => {
    isEndingSoonDue = true
    sayEndingSoon()
  })

  const isDone = () => isOver || ended !== null

  function send(frame: string) {
    if (!wire?.send(frame)) unsent.push(frame)
  }

  function onWords(words: string) {
    silence.broken()
    if (end.isFinal) return
    end.leaveOff()
    endEvent = null
    turns.hear(words)
  }

  function onPartialWords(words: string) {
    if (!end.isFinal) turns.suppose(words)
  }

  function onInterrupt(utterance: string | null) {
    turns.interrupt(utterance)
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
    sayEndingSoon()
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
    if (wire && !isDone()) silence.restart()
  }

  function onSilence(times: number) {
    if (times <= callBounds.maxReprompts) turns.announce(dialogue.reprompt)
    else endPolitely('ended-by-silence', dialogue.phrases.goodbyeSilence, false)
  }

  function sayEndingSoon() {
    if (!isEndingSoonDue || turns.isBusy || end.isDecided || isDone()) return
    isEndingSoonDue = false
    turns.announce(dialogue.phrases.endingSoon)
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
    send(endFrame(handoff))
    awaitTwilio()
  }

  /** Where Twilio is there, for its close after our `end`; else for its return. */
  function awaitTwilio() {
    if (!wire) cancelWait = clock.after(relayBounds.graceMs, () => void close('lost'))
    else if (ended) cancelWait = clock.after(relayBounds.closeAfterEndMs, () => wire?.close(1000, 'The session has ended'))
  }

  function cancelTimers() {
    for (const cancel of [cancelWait, cancelBound, cancelWarning, end.cancel, silence.cancel, input.cancel]) cancel()
  }

  /** The call is over for this process: what was said and not heard is taken back. */
  async function close(how: 'hung-up' | 'lost' | 'replaced' | 'drained') {
    if (isOver) return
    const heard = wire ? turns.heardSoFar() : heardAtDetach
    isOver = true
    cancelTimers()
    if (heard !== null && !ended) turns.interrupt(heard)
    await turns.stop()
    if (endEvent && !ended) transcript.happened(endEvent)
    wire?.close(1012, 'The session goes on elsewhere')
    metrics.sessionsOver.inc({ how: ended ? `ended-${ended.reason}` : how })
    options.onOver(how === 'hung-up' || how === 'lost', recordUnkeptMessage())
  }

  /** Who hung up on "one moment" relies on a message that perhaps could not be saved. */
  async function recordUnkeptMessage() {
    const message = await unkeptMessage(dialogue)
    if (message) transcript.happened('message-failed', message.text)
  }

  return {
    sessionId,
    close,
    get isConnected() {
      return wire !== null
    },

    receive(frame: TwilioFrame) {
      if (isDone()) return
      input.receive(frame)
      restartSilence()
    },

    /** Twilio connected, for the first time or again. */
    attach(next: Wire) {
      wire?.close(1000, 'Connected again')
      wire = next
      cancelWait()
      if (isBegun || isResumed) {
        input.reconnected()
        transcript.happened('reconnected')
        // The process that had the call may have gone in the middle of a talk cycle.
        if (!isBegun) send(textFrame('', { isLast: true }))
      } else {
        turns.opened(receptionist.opening(mode), `opening-${sessionId}`)
        if (changed) send(languageFrame(changed.text))
      }
      if (!isBegun) recording.start()
      if (!isBegun && unanswered.length > 0) turns.hear(unanswered.map(({ text }) => text).join(' '))
      isBegun = true
      for (const frame of unsent.splice(0)) send(frame)
      awaitTwilio()
      restartSilence()
    },

    /** The socket is gone. `isClosed`: Twilio closed it, and the call with it; else it may come back. */
    detach(from: Wire, isClosed: boolean) {
      if (from !== wire) return
      heardAtDetach = turns.heardSoFar()
      wire = null
      silence.cancel()
      if (isClosed || ended) void close('hung-up')
      else awaitTwilio()
    },
  }
}
