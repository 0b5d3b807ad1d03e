import { callBounds } from '../domain/call-bounds.ts'
import type { Message } from '../domain/conversation.ts'
import type { Logger } from '../providers/logger.ts'
import type { Clock } from './clock.ts'
import type { TwilioFrame } from './frames.ts'
import { createKeypad } from './keypad.ts'
import type { Playback } from './playback.ts'
import { relayBounds } from './relay-bounds.ts'
import type { RelayMetrics } from './relay-metrics.ts'
import { createReplays, receivedBefore, type ReceivedEvent } from './replays.ts'
import type { Transcript } from './transcript.ts'

export interface CallerInputOptions {
  /** The transcript so far, which tells what another process received. */
  history: readonly Message[]
  transcript: Transcript
  playback: Playback
  clock: Clock
  metrics: RelayMetrics
  logger: Logger
  /** The caller said something, or pressed keys; it is in the transcript. */
  onWords(words: string): void
  /** The caller said something that is not final: it is in no transcript. */
  onPartialWords(words: string): void
  /** The caller cut off what was being said; null when Twilio doesn't say how much of it was heard. */
  onInterrupt(utterance: string | null): void
}

/** What comes from the caller, each thing once: words, keys, interruptions, and who is speaking. */
export function createCallerInput(options: CallerInputOptions) {
  const { history, transcript, playback, clock, metrics, logger, onWords, onPartialWords, onInterrupt } = options
  const replays = createReplays(clock, receivedBefore(history))
  const keypad = createKeypad(clock, pressed)
  let speaksUntilMs = 0
  /** Of the newest moment that Twilio told of: when it was, and what it told. */
  let newestInfo = { atMs: 0, told: new Set<string>() }
  let lastPrompt = { words: '', atMs: 0 }

  const ignore = (reason: string) => metrics.ignoredFrames.inc({ reason })

  function isNew(type: ReceivedEvent['type'], value: string): boolean {
    const isReplay = replays.isReplay(type, value)
    if (isReplay) ignore('replayed')
    return !isReplay
  }

  function prompted(voicePrompt: string, isLast: boolean) {
    const words = cleaned(voicePrompt)
    if (words === '') return ignore('empty')
    if (!isLast) return replays.isOpen() ? ignore('replayed') : onPartialWords(words)
    const previous = lastPrompt
    lastPrompt = { words, atMs: clock.nowMs() }
    if (!isNew('prompt', words)) return
    const isDuplicate = words === previous.words && lastPrompt.atMs - previous.atMs < relayBounds.duplicatePromptMs
    if (isDuplicate) return ignore('duplicate')
    speaksUntilMs = 0
    transcript.heard(words)
    onWords(words)
  }

  function pressed(digits: string) {
    transcript.happened('keypad', digits)
    onWords(digits === '0' ? 'I would like to speak to a person, please.' : `(keypad) ${[...digits].join(' ')}`)
  }

  function isNewInfo(name: string, value: unknown, atMs: number): boolean {
    const what = `${name} ${String(value)}`
    if (atMs < newestInfo.atMs || (atMs === newestInfo.atMs && newestInfo.told.has(what))) return false
    if (atMs > newestInfo.atMs) newestInfo = { atMs, told: new Set() }
    newestInfo.told.add(what)
    replays.isAt(atMs)
    return true
  }

  function informed(name: string, value: unknown, atMs: number | null | undefined) {
    if (atMs != null && !isNewInfo(name, value, atMs)) return ignore('replayed')
    const isOn = value === 'on' || value === true
    if (name === 'agentSpeaking') playback.agentSpeaking(isOn)
    else if (name === 'clientSpeaking') speaksUntilMs = isOn ? clock.nowMs() + relayBounds.maxCallerSpeechMs : 0
    else if (name === 'tokensPlayed' && typeof value === 'string') playback.tokensPlayed(value)
  }

  return {
    receive(frame: TwilioFrame) {
      if (frame.type === 'prompt') prompted(frame.voicePrompt, frame.last)
      else if (frame.type === 'dtmf' && isNew('dtmf', frame.digit)) keypad.press(frame.digit)
      else if (frame.type === 'interrupt' && isNew('interrupt', frame.utteranceUntilInterrupt ?? '')) {
        metrics.interrupts.inc()
        onInterrupt(frame.utteranceUntilInterrupt ?? null)
      } else if (frame.type === 'info') informed(frame.name, frame.value, frame.ts)
      else if (frame.type === 'error') {
        metrics.twilioErrors.inc()
        // It quotes our own message, and with it people's words: only what Twilio says of itself is kept.
        const isInvalid = frame.description?.startsWith('Invalid message received') ?? false
        logger.warn({ isInvalid }, 'Twilio would not take a message')
      }
    },
    /** Twilio is back after a drop, and may send again what it sent before. */
    reconnected: () => replays.begin(newestInfo.atMs),
    /** True while the caller is saying something, or dialling it. */
    isComing: () => clock.nowMs() < speaksUntilMs || keypad.isCollecting(),
    cancel: () => keypad.cancel(),
  }
}

/** Words as they can be kept: well-formed, without control characters (PostgreSQL takes no NUL), bounded. */
function cleaned(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\s]+/gu, ' ').trim().slice(0, callBounds.maxPromptChars)
}
