import type { ConversationEvent, Message } from '../domain/conversation.ts'
import type { Logger } from '../providers/logger.ts'
import type { Dialogue } from '../receptionist/dialogue.ts'
import { heardLength, words as wordsOf } from '../receptionist/heard-text.ts'
import { takeTurn } from '../receptionist/turn.ts'
import type { TurnPorts, TurnResult } from '../receptionist/turn-port.ts'
import type { Clock } from './clock.ts'
import { describeError } from './describe-error.ts'
import { createDoubtfulLines } from './doubtful-lines.ts'
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

interface RunningTurn {
  controller: AbortController
  utterance: Utterance
  cutTo: string | null
  /** Its line, where that had to be written before the turn was over. */
  line: Message | null
}

/** Everything that is said on one call: one turn at a time, the newest words win, and nothing of a turn that lost is sent. */
export function createTurns(options: TurnsOptions) {
  const { dialogue, transcript, playback, send, clock, metrics, logger } = options
  const ports = { ...options.ports, nowMs: clock.nowMs, after: clock.after }
  const guesses = createGuesses({ dialogue, ports, metrics })
  const lines = createDoubtfulLines(transcript, playback)
  let waiting: string[] = []
  /** What the caller has heard of the next turn's answer, where another process began it. */
  let begun: string | null = null
  let running: RunningTurn | null = null
  /** Turns are taken one after the other; resolves once none is left. */
  let idle = Promise.resolve()
  let isTaking = false
  /** The line of the last thing said, as long as the caller may still cut it off. */
  let lastSaid: Message | null = null
  /** What Twilio speaks and hears in. */
  let language = dialogue.language

  function say(utterance: Utterance, text: string, options?: { isFiller?: boolean }) {
    if (options?.isFiller) lastSaid = null
    if (dialogue.language !== language) utterance.changeLanguage((language = dialogue.language))
    utterance.say(text, options)
  }

  function abort() {
    // In this order: nothing that the abort brings about can be said any more.
    running?.utterance.end()
    running?.controller.abort()
  }

  function begin() {
    if (!isTaking) idle = takeAll()
  }

  async function takeAll() {
    isTaking = true
    while (waiting.length > 0) {
      await take(waiting.splice(0).join(' '))
        .catch((error: unknown) => {
          running = broke(error)
          options.onTurn(null, false)
        })
        .catch(broke)
    }
    isTaking = false
  }

  function broke(error: unknown): null {
    logger.error(describeError(error), 'a turn broke')
    metrics.faults.inc({ where: 'turn' })
    return null
  }

  async function take(heard: string) {
    const startedMs = clock.nowMs()
    const turn: RunningTurn = { controller: new AbortController(), utterance: createUtterance(send, playback), cutTo: null, line: null }
    running = turn
    const { signal } = turn.controller
    const turnPorts = { ...ports, model: guesses.settle(heard), say: say.bind(null, turn.utterance) }
    const heardBefore = begun
    begun = null
    const result = await takeTurn(dialogue, heard, turnPorts, signal, heardBefore).catch(broke)
    turn.utterance.end()
    guesses.settled()
    running = null
    const text = turn.cutTo === null ? (result?.text ?? turn.utterance.text) : dialogue.cutBack(turn.cutTo)
    const { firstTokenMs = null, passages = [], events = [] } = result ?? {}
    if (turn.line || isSayable(text)) {
      const atMs = startedMs + (firstTokenMs ?? 0)
      const { key, seq } = turn.line ?? {}
      lastSaid = lines.said(text, { atMs, isInterrupted: signal.aborted, firstTokenMs, passages, ...(key && { key, seq }) })
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

  /** Twilio may tell of an interruption after the words that made it: it is then of what was said before those. */
  function isLate(utterance: string | null, spoken: string): boolean {
    if (!running || !lastSaid) return false
    const matches = (text: string) => heardLength(text, utterance ?? '', language) > 0
    return matches(lastSaid.text) ? !matches(spoken) : spoken === '' && playback.isPlaying()
  }

  const turns = {
    /** The caller said `words` and is perhaps done: what would be answered is asked for, and said to nobody. */
    suppose(words: string) {
      if (!running) guesses.suppose(words)
    },

    /** The caller said something: what is being said about earlier words is left off. */
    hear(words: string) {
      waiting.push(words)
      abort()
      begin()
    },

    /** Goes on with the answer to `words`, of which the caller has heard `heard` from another process. */
    takeUp(words: string, heard: string) {
      begun = heard
      waiting.push(words)
      begin()
    },

    /**
     * The caller cut off what was being said, having heard `utterance` of it (null when Twilio doesn't say). Returns false
     * when that was something earlier than what is being said now.
     */
    interrupt(utterance: string | null): boolean {
      if (!running) guesses.drop()
      const spoken = running?.utterance.text ?? ''
      const isEarlier = isLate(utterance, spoken)
      if (running && spoken && !isEarlier) {
        running.cutTo ??= utterance ?? playback.heardOf(spoken)
        abort()
      } else if (lastSaid && (isEarlier || !running)) {
        const heard = utterance ?? playback.heardOf(lastSaid.text)
        lastSaid = transcript.cutBack(lastSaid, dialogue.cutBack(heard, { isEarlier: spoken !== '' }))
      }
      return !(isEarlier && spoken)
    },

    /** The call is over: what is being said was said as far as it was heard. */
    leaveOff() {
      const text = running ? running.utterance.text : playback.isPlaying() && lastSaid?.text
      if (text) turns.interrupt(playback.heardOf(text))
    },

    /** The line to Twilio is lost: what is said from now on, and what was not played yet, may never be heard. */
    lose() {
      guesses.drop()
      if (running?.utterance.text) running.line = transcript.said(playback.heardOf(running.utterance.text), { isInterrupted: true })
      lines.lose(running || !playback.isPlaying() ? null : lastSaid)
    },

    /** It is found again; all that was sent into it counts as said. Returns true when something was being said when it was lost. */
    find(): boolean {
      return lines.find() || running !== null
    },

    /** Says again what was sent last and, as Twilio tells, never played. */
    sayUnplayed() {
      if (running || !lastSaid || !playback.isHeardKnown()) return
      const { text } = lastSaid
      const heard = playback.heardOf(text)
      const rest = text.slice(heardLength(text, heard, language)).trimStart()
      if (wordsOf(heard).length >= wordsOf(text).length || !isSayable(rest)) return
      const utterance = createUtterance(send, playback)
      say(utterance, rest)
      utterance.end()
    },

    /** Says a fixed line, outside any turn. */
    announce(text: string) {
      guesses.drop()
      const utterance = createUtterance(send, playback)
      say(utterance, text)
      utterance.end()
      dialogue.recordReply(text)
      lastSaid = lines.said(text)
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

    isBusy: () => running !== null,
  }
  return turns
}

/** False for a lone full stop and the like, which nobody hears. */
const isSayable = (text: string) => /[\p{L}\p{N}]/u.test(text)

function resultOf(result: TurnResult | null, isCut: boolean, events: { event: ConversationEvent }[]): string {
  if (!result) return 'broke'
  if (events.some(({ event }) => event === 'model-failed')) return 'model-failed'
  return isCut ? 'cut' : 'completed'
}
