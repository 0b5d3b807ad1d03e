import type { Message } from '../domain/conversation.ts'
import type { Clock } from './clock.ts'
import { relayBounds } from './relay-bounds.ts'

export interface ReceivedEvent {
  type: 'prompt' | 'dtmf' | 'interrupt'
  /** The words, the digit, the utterance. */
  value: string
  atMs: number
}

/**
 * Twilio (applicationReconnect) sends again what it can't be sure we got, and its events have neither id nor time. What
 * identifies one is therefore what it says and where it stands: right after a reconnect, events that repeat, in the same
 * order, what was received shortly before it are replays, until the first prompt that repeats nothing.
 * The price: a caller who says during the drop what was said just before it is taken for a replay, and is asked again by
 * the silence watch.
 */
export function createReplays(clock: Clock, received: ReceivedEvent[]) {
  let window: { expected: ReceivedEvent[]; untilMs: number } | null = null

  return {
    /** A reconnect: what comes next may be a replay. */
    begin() {
      const nowMs = clock.nowMs()
      const expected = received.filter(({ atMs }) => nowMs - atMs <= relayBounds.replayLookBackMs)
      window = { expected, untilMs: nowMs + relayBounds.replayWindowMs }
    },

    /** True while what comes may be a replay. */
    get isOpen() {
      return window !== null && clock.nowMs() <= window.untilMs
    },

    /** Notes an event; true when it was received before. */
    isReplay(type: ReceivedEvent['type'], value: string): boolean {
      const nowMs = clock.nowMs()
      if (window && nowMs <= window.untilMs) {
        const at = window.expected.findIndex((event) => event.type === type && event.value === value)
        // Keys are written down once no more are pressed, which may be after words that came behind them.
        const from = type === 'dtmf' ? at : 0
        if (at !== -1) window.expected.splice(from, at + 1 - from)
        if (at !== -1) return true
      }
      if (type === 'prompt') window = null
      received.push({ type, value, atMs: nowMs })
      if (received.length > relayBounds.maxReplayable) received.shift()
      return false
    },
  }
}

/** What another process received of this call, as its transcript tells. */
export function receivedBefore(history: readonly Message[]): ReceivedEvent[] {
  return history.flatMap(({ role, event, text, atMs }): ReceivedEvent[] => {
    if (role === 'caller') return [{ type: 'prompt', value: text, atMs }]
    return event === 'keypad' ? [...text].map((digit) => ({ type: 'dtmf', value: digit, atMs })) : []
  })
}
