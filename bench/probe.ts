import { Session } from 'node:inspector/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { nowMs } from './clock.ts'
import { answerQuestions } from './questions.ts'

export interface Usage {
  atMs: number
  /** CPU time of all its threads. */
  cpuMs: number
}
export interface Memory {
  rssKib: number
  heapKib: number
  /** Held by objects of the heap, outside of it. */
  externalKib: number
}

const profileEveryMicros = 400
const inspector = new Session()

function usage(): Usage {
  const { user, system } = process.cpuUsage()
  return { atMs: nowMs(), cpuMs: (user + system) / 1_000 }
}

/** What is in use after everything unused was collected. */
async function memory(): Promise<Memory> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options: object) => void
  for (let times = 0; times < 3; times += 1) {
    // As before giving up for want of memory: what is free goes back to the system.
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rssKib: rss / 1024, heapKib: heapUsed / 1024, externalKib: external / 1024 }
}

// Loaded before the measured program, whose code knows nothing of it.
answerQuestions({
  now: nowMs,
  usage,
  memory,
  async startProfile() {
    inspector.connect()
    await inspector.post('Profiler.enable')
    await inspector.post('Profiler.setSamplingInterval', { interval: profileEveryMicros })
    await inspector.post('Profiler.start')
  },
  async endProfile() {
    const { profile } = await inspector.post('Profiler.stop')
    inspector.disconnect()
    return profile
  },
})
