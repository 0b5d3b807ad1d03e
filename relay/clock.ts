import { contain } from './contain.ts'

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

/** The same clock for one call: what a timer of it throws is told to `onFault`, and breaks nobody else's. */
export const guarded = (clock: Clock, onFault: (error: unknown) => void): Clock => ({
  nowMs: clock.nowMs,
  after: (ms, run) => clock.after(ms, () => contain(run, onFault)),
})
