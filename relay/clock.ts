import { contain } from './contain.ts'

/** Time, handed in so that tests need no waiting. */
export interface Clock {
  /** Epoch milliseconds. */
  nowMs(): number
  /** Runs `run` once after `ms`, or up to a tenth of a second later where that is a second and more; returns its cancel. */
  after(ms: number, run: () => void): () => void
}

/** Node keeps a list of timers for each duration, in a heap: long ones, of which each call has its own, share some. */
const shared = { fromMs: 1_000, stepMs: 100 } as const

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms < shared.fromMs ? ms : Math.ceil(ms / shared.stepMs) * shared.stepMs)
    return () => clearTimeout(timer)
  },
}

/** The same clock for one call: what a timer of it throws is told to `onFault`, and breaks nobody else's. */
export const guarded = (clock: Clock, onFault: (error: unknown) => void): Clock => ({
  nowMs: clock.nowMs,
  after: (ms, run) => clock.after(ms, () => contain(run, onFault)),
})
