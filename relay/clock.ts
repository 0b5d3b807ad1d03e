/** Time, handed in so that tests need no waiting. */
export interface Clock {
  /** Epoch milliseconds. */
  nowMs(): number
  /** Runs `run` once after `ms`; returns its cancel. */
  after(ms: number, run: () => void): () => void
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
