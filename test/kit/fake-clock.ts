/** A clock that stands still until it is moved. */
export function createFakeClock(startMs = Date.parse('2026-11-24T18:00:00Z')) {
  let nowMs = startMs
  const timers = new Map<symbol, { dueMs: number; run: () => void }>()

  return {
    nowMs: () => nowMs,
    after(ms: number, run: () => void) {
      const id = Symbol()
      timers.set(id, { dueMs: nowMs + ms, run })
      return () => void timers.delete(id)
    },
    /** Moves on by `ms`, and runs what falls due on the way, in order. */
    advance(ms: number) {
      const endMs = nowMs + ms
      for (;;) {
        const [next] = [...timers].toSorted(([, a], [, b]) => a.dueMs - b.dueMs)
        if (!next || next[1].dueMs > endMs) break
        const [id, { dueMs, run }] = next
        timers.delete(id)
        nowMs = dueMs
        run()
      }
      nowMs = endMs
    },
  }
}
export type FakeClock = ReturnType<typeof createFakeClock>
