export type Interruption = 'none' | 'dtmf' | 'speech' | 'any'
export type SpeechSource = 'greeting' | 'reply' | 'play'

/** One talk cycle: what is spoken from its first token to the one that closes it. */
export interface TalkCycle {
  source: SpeechSource
  interruptible: Interruption
  isPreemptible: boolean
  isClosed: boolean
  /** Text whose last word may still grow. */
  unfinished: string
  words: string[]
  heard: string
  startedAtMs: number | null
}

export interface PlayoutDeps {
  /** How long one word takes to be spoken. */
  wordMs: number
  nowMs(): number
  after(ms: number, run: () => void): () => void
  onWord(word: string, cycle: TalkCycle): void
  onSpeaking(isSpeaking: boolean): void
  /** A cycle was spoken to its end, or cut off by the next one. */
  onCycleEnd(cycle: TalkCycle, isPreempted: boolean): void
}

export type Playout = ReturnType<typeof createPlayout>

/** Speech takes time: words are heard one after the other, and may be cut off before they are. */
export function createPlayout({ wordMs, nowMs, after, onWord, onSpeaking, onCycleEnd }: PlayoutDeps) {
  let cycles: TalkCycle[] = []
  let cancelWord: (() => void) | null = null
  let isSpeaking = false

  function setSpeaking(value: boolean) {
    if (isSpeaking === value) return
    isSpeaking = value
    onSpeaking(value)
  }

  function advance() {
    const cycle = cycles[0]
    if (cancelWord || !cycle) return
    const word = cycle.words.shift()
    if (word !== undefined) {
      setSpeaking(true)
      cycle.startedAtMs ??= nowMs()
      cycle.heard += word
      cancelWord = after(wordMs, () => {
        cancelWord = null
        advance()
      })
      onWord(word, cycle)
    } else if (cycle.isClosed) {
      cycles.shift()
      if (!cycles.some(({ words }) => words.length > 0)) setSpeaking(false)
      onCycleEnd(cycle, false)
      advance()
    }
  }

  function preempt(cycle: TalkCycle) {
    if (cycle === cycles[0]) {
      cancelWord?.()
      cancelWord = null
    }
    cycles = cycles.filter((other) => other !== cycle)
    onCycleEnd(cycle, true)
  }

  return {
    add(
      token: string,
      { isLast, source, interruptible, isPreemptible }: { isLast: boolean; source: SpeechSource; interruptible: Interruption; isPreemptible: boolean },
    ) {
      let cycle = cycles.at(-1)
      if (!cycle || cycle.isClosed) {
        if (cycle?.isPreemptible && token !== '') preempt(cycle)
        cycle = { source, interruptible, isPreemptible, isClosed: false, unfinished: '', words: [], heard: '', startedAtMs: null }
        cycles.push(cycle)
      }
      const text = cycle.unfinished + token
      const complete = isLast ? text : (/^[\s\S]*\S(?=\s)/.exec(text)?.[0] ?? '')
      cycle.unfinished = text.slice(complete.length)
      cycle.words.push(...(complete.match(/\s*\S+/g) ?? []))
      cycle.isClosed = isLast
      advance()
    },
    /** Stops at once; what was not heard is gone. An open cycle stays open: tokens that come late are spoken. */
    interrupt(): { heard: string; durationMs: number } {
      const current = cycles[0]
      cancelWord?.()
      cancelWord = null
      const open = cycles.findLast(({ isClosed }) => !isClosed)
      const spoken = { heard: current?.heard ?? '', durationMs: nowMs() - (current?.startedAtMs ?? nowMs()) }
      cycles = open ? [{ ...open, unfinished: '', words: [], heard: '', startedAtMs: null }] : []
      setSpeaking(false)
      return spoken
    },
    /** What the caller would talk into: a cycle of which something was heard and that is not over. */
    speaking: (): TalkCycle | null => (isSpeaking ? (cycles[0] ?? null) : null),
    stop() {
      cancelWord?.()
      cancelWord = null
      const unheard = cycles.reduce((count, { words }) => count + words.length, 0)
      cycles = []
      setSpeaking(false)
      return unheard
    },
  }
}
