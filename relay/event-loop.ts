import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 10

export interface EventLoopLoad {
  /** Share of the time for which the loop's thread had its core, 0 to 1. On a core that others use too it doesn't reach 1: then it is late. */
  busy: number
  /** 90 % of what fell due was late by at most so many milliseconds. */
  lagMs: number
}
export type EventLoop = ReturnType<typeof watchEventLoop>

/** How loaded this process's event loop is. Costs a timer of {@link resolutionMs}, and nothing per event. */
export function watchEventLoop() {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  const usage = () => ({ atMs: performance.now(), cpu: process.threadCpuUsage() })
  let before = usage()
  delay.enable()
  return {
    /** Of the time since it was last asked. */
    load(): EventLoopLoad {
      const now = usage()
      const cpuMs = (now.cpu.user + now.cpu.system - before.cpu.user - before.cpu.system) / 1_000
      const load = {
        busy: cpuMs / (now.atMs - before.atMs),
        lagMs: Math.max(0, delay.percentile(90) / 1e6 - resolutionMs),
      }
      before = now
      delay.reset()
      return load
    },
  }
}
