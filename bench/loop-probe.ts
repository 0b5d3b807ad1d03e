import { monitorEventLoopDelay } from 'node:perf_hooks'
import { answerQuestions } from './questions.ts'

const resolutionMs = 10
const delay = monitorEventLoopDelay({ resolution: resolutionMs })

export interface Lag {
  p50: number
  p99: number
  max: number
}

/** How late the event loop was, in milliseconds: the process's own word, loaded before its program. */
answerQuestions({
  startLag() {
    delay.reset()
    delay.enable()
  },
  endLag(): Lag {
    delay.disable()
    const late = (nanos: number) => Math.max(0, nanos / 1e6 - resolutionMs)
    return { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), max: late(delay.max) }
  },
})
