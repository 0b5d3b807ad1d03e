import type { ConversationEvent, Message } from '../domain/conversation.ts'
import type { Logger } from '../providers/logger.ts'
import type { Dialogue } from '../receptionist/dialogue.ts'
import { takeTurn } from '../receptionist/turn.ts'
import type { TurnPorts, TurnResult } from '../receptionist/turn-port.ts'
import type { Clock } from './clock.ts'
import { describeError } from './describe-error.ts'
import { createGuesses } from './guesses.ts'
import type { Playback } from './playback.ts'
import type { RelayMetrics } from './relay-metrics.ts'
import type { Transcript } from './transcript.ts'
import { createUtterance, type Utterance } from './utterance.ts'

export interface TurnsOptions {
  dialogue: Dialogue
  ports: Omit<TurnPorts, 'say' | 'nowMs' | 'after'>
  transcript: Transcript
  playback: Playback
  send(frame: string): void
  clock: Clock
  metrics: RelayMetrics
  logger: Logger
  /** A turn is over; null when it broke. `isCut`: the caller spoke on, or the call is over. */
  onTurn(result: TurnResult | null, isCut: boolean): void
}

export type Turns = ReturnType<typeof createTurns>

/** Everything that is said on one call: one turn at a time, the newest words win, and nothing of a turn that lost is sent. */
export function createTurns(options: TurnsOptions) {
  const { dialogue, transcript, playback, send, clock, metrics, logger } = options
  const ports = { ...options.ports, nowMs: clock.nowMs, after: clock.after }
  const guesses = createGuesses({ dialogue, ports, metrics })
  let waiting: string[] = []
  let running: { controller: AbortController; utterance: Utterance; cutTo: string | null } | null = null
  let idle = Promise.resolve()
  /** The line of the last thing said, as long as the caller may still cut it off. */
  let lastSaid: Message | null = null
  /** What Twilio speaks and hears in. */
  let language = dialogue.language

  function say(utterance: Utterance, text: string, options?: { isFiller?: boolean }) {
    if (dialogue.language !== language) utterance.changeLanguage((language = dialogue.language))
    utterance.say(text, options)
  }

  function abort() {
    // In this order: nothing that the abort brings about can be said any more.
    running?.utterance.end()
    running?.controller.abort()
  }

  async function run() {
    while (waiting.length > 0) await take(waiting.splice(0).join(' '))
  }

  async function take(heard: string) {
    const startedMs = clock.nowMs()
    const turn: NonNullable<typeof running> = {
      controller: new AbortController(),
      utterance: createUtterance(send, playback),
      cutTo: null,
    }
    running = turn
    lastSaid = null
    const { signal } = turn.controller
    const turnPorts = { ...ports, model: guesses.settle(heard), say: say.bind(null, turn.utterance) }
    const result = await takeTurn(dialogue, heard, turnPorts, signal).catch((error: unknown) => {
      logger.error(describeError(error), 'a turn broke')
      return null
    })
    turn.utterance.end()
    guesses.settled()
    running = null
    const text = turn.cutTo === null ? (result?.text ?? turn.utterance.text) : dialogue.cutBack(turn.cutTo)
    const { firstTokenMs = null, passages = [], events = [] } = result ?? {}
    if (text) {
      const atMs = startedMs + (firstTokenMs ?? 0)
      lastSaid = transcript.said(text, { atMs, isInterrupted: signal.aborted, firstTokenMs, passages })
    }
    for (const { event, text } of events) {
      // A goodbye that was cut off ended nothing.
      if (!(signal.aborted && event === 'ended-by-receptionist')) transcript.happened(event, text)
    }
    metrics.turns.inc({ result: resultOf(result, signal.aborted, events) })
    if (result?.hedge) metrics.hedges.inc({ result: result.hedge })
    if (firstTokenMs !== null) metrics.firstToken.observe(firstTokenMs / 1_000)
    options.onTurn(result, signal.aborted)
  }

  return {
    /** The caller said `words` and is perhaps done: what would be answered is asked for, and said to nobody. */
    suppose(words: string) {
      if (!running) guesses.suppose(words)
    },

    /** The caller said something: what is being said about earlier words is left off. */
    hear(words: string) {
      waiting.push(words)
      if (running) abort()
      else idle = run()
    },

    /** The caller cut off what was being said, having heard `utterance` of it (null when Twilio doesn't say). */
    interrupt(utterance: string | null) {
      guesses.drop()
      if (running?.utterance.text) {
        running.cutTo ??= utterance ?? playback.heardOf(running.utterance.text)
        abort()
      } else if (!running && lastSaid) {
        const heard = utterance ?? playback.heardOf(lastSaid.text)
        lastSaid = transcript.cutBack(lastSaid, dialogue.cutBack(heard))
      }
    },

    /** What the caller has heard of what is being said; null when nothing is. */
    heardSoFar(): string | null {
      if (running) return playback.heardOf(running.utterance.text)
      return lastSaid && playback.isPlaying ? playback.heardOf(lastSaid.text) : null
    },

    /** Says a fixed line, outside any turn. */
    announce(text: string) {
      guesses.drop()
      const utterance = createUtterance(send, playback)
      say(utterance, text)
      utterance.end()
      dialogue.recordReply(text)
      lastSaid = transcript.said(text)
    },

    /** Twilio is saying `text` of its own (the welcome greeting); `key` makes its line one, whoever writes it. */
    opened(text: string, key: string) {
      playback.begin()
      playback.sent(text)
      dialogue.recordReply(text)
      lastSaid = transcript.said(text, { key })
    },

    /** Leaves off whatever is being said or was still to be answered; resolves once that has ended. */
    async stop(): Promise<void> {
      waiting = []
      guesses.drop()
      abort()
      await idle
    },

    get isBusy() {
      return running !== null
    },
  }
}

function resultOf(result: TurnResult | null, isCut: boolean, events: { event: ConversationEvent }[]): string {
  if (!result) return 'broke'
  if (events.some(({ event }) => event === 'model-failed')) return 'model-failed'
  return isCut ? 'cut' : 'completed'
}
