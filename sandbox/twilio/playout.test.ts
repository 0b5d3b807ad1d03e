import { createPlayout } from './playout.ts'

function startPlayout() {
  let due: (() => void) | null = null
  let nowMs = 0
  const log: string[] = []
  const playout = createPlayout({
    wordMs: 100,
    nowMs: () => nowMs,
    after(_, run) {
      due = run
      return () => (due = null)
    },
    onWord: (word) => log.push(word.trim()),
    onSpeaking: (isSpeaking) => log.push(isSpeaking ? '<on>' : '<off>'),
    onCycleEnd: (_, isPreempted) => log.push(isPreempted ? '<preempted>' : '<end>'),
  })
  const defaults = { isLast: false, source: 'reply', interruptible: 'any', isPreemptible: false } as const
  return {
    log,
    playout,
    add: (token: string, options: { isLast?: boolean; isPreemptible?: boolean } = {}) => playout.add(token, { ...defaults, ...options }),
    /** Lets so many words be spoken to their end. */
    pass(words: number) {
      for (let word = 0; word < words; word += 1) {
        nowMs += 100
        const run = due
        due = null
        run?.()
      }
    },
  }
}

describe('createPlayout', () => {
  it('speaks whole words as they come, the last one only when the cycle is closed', () => {
    const { log, add, pass } = startPlayout()
    for (const token of ['We', ' are', ' op', 'en', ' till', ' six']) add(token)
    pass(5)
    expect(log).toEqual(['<on>', 'We', 'are', 'open', 'till'])
    add('.', { isLast: true })
    pass(1)
    expect(log.slice(5)).toEqual(['six.', '<off>', '<end>'])
  })

  it('an interruption stops at once, tells what was heard and for how long, and drops the rest, queued cycles included', () => {
    const { log, playout, add, pass } = startPlayout()
    add('One two three four', { isLast: true })
    add('five six', { isLast: true })
    pass(2)
    expect(playout.interrupt()).toEqual({ heard: 'One two three', durationMs: 200 })
    pass(5)
    expect(log).toEqual(['<on>', 'One', 'two', 'three', '<off>'])
    expect(playout.speaking()).toBeNull()
  })

  it('tokens that come after an interruption of their cycle are spoken: an application must not send them', () => {
    const { log, playout, add, pass } = startPlayout()
    add('One two three ')
    playout.interrupt()
    add('late', { isLast: true })
    pass(1)
    expect(log).toEqual(['<on>', 'One', '<off>', '<on>', 'late', '<off>', '<end>'])
  })

  it('closing an interrupted cycle with an empty token says nothing', () => {
    const { log, playout, add, pass } = startPlayout()
    add('One two ')
    playout.interrupt()
    add('', { isLast: true })
    add('New answer', { isLast: true })
    pass(2)
    expect(log.slice(3)).toEqual(['<end>', '<on>', 'New', 'answer', '<off>', '<end>'])
  })

  it('a preemptible cycle gives way to the next one; any other is spoken to its end first', () => {
    const { log, add, pass } = startPlayout()
    add('One moment please', { isLast: true, isPreemptible: true })
    add('Here it is', { isLast: true })
    add('and more', { isLast: true })
    pass(5)
    expect(log.filter((entry) => !entry.startsWith('<o'))).toEqual(['One', '<preempted>', 'Here', 'it', 'is', '<end>', 'and', 'more', '<end>'])
  })
})
