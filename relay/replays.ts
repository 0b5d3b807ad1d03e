import type { Message } from '../domain/conversation.ts'
import type { Clock } from './clock.ts'
import { relayBounds } from './relay-bounds.ts'

export interface ReceivedEvent {
  type: 'prompt' | 'dtmf' | 'interrupt'
  /** The words, the digit, the utterance. */
  value: string
}

/**
 * Twilio (applicationReconnect) sends again what it can't be sure we got, and its events have neither id nor time. What it
 * sends again is the end of what we had, in the same order, all at once, and before anything new. So an event that repeats
 * one of before the drop is a replay, unless something shows that the replays are over: words that were not
 * received before; the last that was received, come again; a moment that Twilio's own clock calls later than all of before
 * the drop (what the caller says now is announced by one); or a pause.
 * The price: a caller who says during the drop what was said just before it may be taken for a replay where no speaker
 * events come, and is asked again by the silence watch.
 */
export function createReplays(clock: Clock, received: ReceivedEvent[]) {
  let window: { expected: ReceivedEvent[]; newestInfoMs: number; untilMs: number } | null = null

  const isOpen = () => window !== null && clock.nowMs() <= window.untilMs

  return {
    /** A reconnect: what comes next may be a replay. `newestInfoMs`: the latest moment that Twilio told of; 0 where it told us none. */
    begin(newestInfoMs: number) {
      window = { expected: [...received], newestInfoMs: newestInfoMs || Infinity, untilMs: clock.nowMs() + relayBounds.replayPauseMs }
    },

    /** True while what comes may be a replay. */
    isOpen: () => isOpen(),

    /** Twilio tells of the moment `atMs` of its own clock. */
    isAt(atMs: number) {
      if (window && atMs > window.newestInfoMs) window = null
    },

    /** Notes an event; true when it was received before. */
    isReplay(type: ReceivedEvent['type'], value: string): boolean {
      if (window && isOpen()) {
        const { expected } = window
        // The earliest that it can be: what may still come again is never taken for new.
        const at = expected.findIndex((event) => event.type === type && event.value === value)
        // Keys are written down once no more are pressed, which may be after words that came behind them.
        const from = type === 'dtmf' ? at : 0
        if (at !== -1) {
          expected.splice(from, at + 1 - from)
          window.untilMs = clock.nowMs() + relayBounds.replayPauseMs
          return true
        }
      }
      if (type === 'prompt') window = null
      received.push({ type, value })
      if (received.length > relayBounds.maxReplayable) received.shift()
      return false
    },
  }
}

/** What another process received of this call, as its transcript tells. */
export function receivedBefore(history: readonly Message[]): ReceivedEvent[] {
  return history.flatMap(({ role, event, text }): ReceivedEvent[] => {
    if (role === 'caller') return [{ type: 'prompt', value: text }]
    return event === 'keypad' ? [...text].map((digit) => ({ type: 'dtmf', value: digit })) : []
  })
}
