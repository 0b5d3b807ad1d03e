import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createCalls } from '../db/calls.ts'
import type { Child } from './child.ts'
import { nowMs } from './clock.ts'
import { watchCores } from './cores.ts'
import { latencyOf, type Latency } from './latency.ts'
import type { Lag } from './loop-probe.ts'
import type { Reply } from './model-server.ts'
import type { Memory, Usage } from './probe.ts'
import { createRandom } from './random.ts'
import type { Bench } from './run-bench.ts'
import { startSteadyCalls } from './steady-calls.ts'
import { startSubject } from './subject.ts'
import { callSeconds } from './vendor-call.ts'
import type { FinishedCall } from './vendors.ts'
import type { World } from './world.ts'
import type { WrapUpHouse } from './wrap-up-house.ts'

const everyMs = 4_000
const callMs = 3 * 60_000
const dialledPerSecond = 10
/** A turn that is younger may still be answered. */
const answeredWithinMs = 2_000
const drainedWithinMs = 6 * 60_000
const seed = 7

export interface Minute {
  minute: number
  memory: Memory
  lag: Lag
  latency: Latency
  /** Calls that ended so far, and how many of them are wrapped up. */
  ended: number
  wrappedUp: number
}
export interface EnduranceFigures {
  calls: number
  isRecorded: boolean
  minutes: Minute[]
  turns: number
  unanswered: number
  dialled: number
  refused: number
  /** Sockets that the relay closed, and that were connected again. */
  dropped: number
  wrapUpsPerSecond: number
  /** Of the measured minutes. */
  cpuMsPerTurn: number
  busy: number
  othersBusy: number
  /** After the last call, until all were wrapped up. */
  drainMs: number
  differences: string[]
}

/** Calls that talk, end and are followed by others for `minutes`, with what follows each call; everything compared at the end. */
export async function measureEndurance(world: World, house: WrapUpHouse, bench: Bench, { minutes, calls, isRecorded }: { minutes: number; calls: number; isRecorded: boolean }): Promise<EnduranceFigures> {
  const subject = await startSubject('relay', world, { preloads: ['./bench/loop-probe.ts'], environment: { TEMPORAL_ADDRESS: house.temporal.address } })
  bench.stops.unshift(subject.end)
  return Promise.race([run(), subject.gone, ...house.workers.map(({ gone }) => gone)])

  async function run(): Promise<EnduranceFigures> {
    const rampMs = (calls / dialledPerSecond) * 1_000
    bench.say(`endurance: ${calls} calls within ${rampMs / 1_000} s`)
    const steady = startSteadyCalls(subject, {
      calls,
      everyMs,
      callMs,
      rampMs,
      random: createRandom(seed),
      openCall: async () => (await world.openCalls(1, { isRecorded }))[0]!,
      // As Twilio's status callback does, by the api.
      async onOver({ callSid, ...ref }) {
        const endedAtMs = Date.now()
        await house.vendors.ask('finish', [{ callSid, endedAtMs, isRecorded } satisfies FinishedCall])
        await createCalls(world.database).reportEnd(ref, { endedAtMs, durationSeconds: callSeconds, atMs: endedAtMs })
      },
    })
    await wait(rampMs + everyMs)
    let replies: Reply[] = []
    async function takeLatency(): Promise<Latency> {
      const beforeMs = nowMs() - answeredWithinMs
      replies.push(...(await world.model.ask<Reply[]>('replies')))
      const latency = latencyOf(steady.takeTurns(beforeMs), replies)
      replies = replies.filter(({ arrivedMs }) => arrivedMs >= beforeMs)
      return latency
    }
    const ramp = await takeLatency()

    const taken: Minute[] = []
    const asides: Latency[] = []
    const coresSince = watchCores()
    const usageBefore = await subject.ask<Usage>('usage')
    const before = { prompts: steady.counts.prompts, wrappedUp: await house.wrappedUp() }
    const startMs = performance.now()
    for (let minute = 1; minute <= minutes; minute += 1) {
      await subject.ask('startLag')
      await wait(startMs + minute * 60_000 - performance.now())
      const lag = await subject.ask<Lag>('endLag')
      const latency = await takeLatency()
      const memory = await subject.ask<Memory>('memory')
      // Turns that waited for the collection count as turns, not as the relay’s latency.
      await wait(answeredWithinMs)
      asides.push(await takeLatency())
      const { ended } = steady.counts
      const wrappedUp = await house.wrappedUp()
      taken.push({ minute, memory, lag, latency, ended, wrappedUp })
      bench.say(`minute ${minute}: heap ${(memory.heapKib / 1024).toFixed(1)} MiB, lag p99 ${lag.p99.toFixed(1)} ms, added p99 ${latency.p99.toFixed(1)} ms, ${latency.unanswered} of ${latency.turns} unanswered, ${wrappedUp} of ${ended} wrapped up`)
    }
    const usageAfter = await subject.ask<Usage>('usage')
    const cores = coresSince()
    const elapsedMs = performance.now() - startMs
    const cpuMs = usageAfter.cpuMs - usageBefore.cpuMs
    const prompts = steady.counts.prompts - before.prompts
    const wrappedUp = (await house.wrappedUp()) - before.wrappedUp

    bench.say('everybody hangs up')
    await steady.end()
    await wait(answeredWithinMs)
    const rest = await takeLatency()
    const drainStartMs = performance.now()
    const { dialled, refused, dropped, ended } = steady.counts
    while ((await house.wrappedUp()) < ended && performance.now() - drainStartMs < drainedWithinMs) await wait(500)
    if (refused + dropped > 0) for (const line of toldBy(subject)) bench.say(line)
    const all = [ramp, ...asides, ...taken.map(({ latency }) => latency), rest]
    return {
      calls,
      isRecorded,
      minutes: taken,
      turns: all.reduce((sum, { turns }) => sum + turns, 0),
      unanswered: all.reduce((sum, { unanswered }) => sum + unanswered, 0),
      dialled,
      refused,
      dropped,
      wrapUpsPerSecond: (wrappedUp / elapsedMs) * 1_000,
      cpuMsPerTurn: cpuMs / prompts,
      busy: cpuMs / (usageAfter.atMs - usageBefore.atMs),
      othersBusy: Math.max(...cores.filter((_, core) => String(core) !== world.cores.subject)),
      drainMs: performance.now() - drainStartMs,
      differences: [...(await house.differences()), ...(await missingLines(steady.counts.prompts))],
    }
  }

  /** Why it refused anything, in its own words. */
  function toldBy({ name }: Child): string[] {
    return readFileSync(join(bench.directory, `${name}.log`), 'utf8').split('\n').filter((line) => /new calls are|session refused/.test(line)).slice(0, 20)
  }

  async function missingLines(prompts: number): Promise<string[]> {
    const [row] = await house.query<{ count: string }>("select count(*) from message where role = 'caller'")
    return Number(row!.count) === prompts ? [] : [`lines of callers: ${row!.count} of ${prompts}`]
  }
}
