import { monitorEventLoopDelay, performance } from 'node:perf_hooks'

const resolutionMs = 10

export interface EventLoopLoad {
  /** Share of the time in which the loop had work, 0 to 1. */
  busy: number
  /** 90 % of what fell due was late by at most so many milliseconds. */
  lagMs: number
}
export type EventLoop = ReturnType<typeof watchEventLoop>

/** How loaded this process's event loop is. Costs a timer of {@link resolutionMs}, and nothing per event. */
export function watchEventLoop() {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  let before = performance.eventLoopUtilization()
  delay.enable()
  return {
    /** Of the time since it was last asked. */
    load(): EventLoopLoad {
      const now = performance.eventLoopUtilization()
      const load = {
        busy: performance.eventLoopUtilization(now, before).utilization,
        lagMs: Math.max(0, delay.percentile(90) / 1e6 - resolutionMs),
      }
      before = now
      delay.reset()
      return load
    },
  }
}
