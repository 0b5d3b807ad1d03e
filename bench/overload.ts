import { setTimeout as wait } from 'node:timers/promises'
import { nowMs } from './clock.ts'
import { watchCores } from './cores.ts'
import { latencyOf, type Latency } from './latency.ts'
import { dialPhones, talkWithoutPause } from './load.ts'
import type { Lag } from './loop-probe.ts'
import type { Reply } from './model-server.ts'
import { dialPhone, type Phone, type Turn } from './phone.ts'
import type { Usage } from './probe.ts'
import { createRandom, pick } from './random.ts'
import type { Bench } from './run-bench.ts'
import { shopQuestions } from './shop.ts'
import { startSubject, type Subject } from './subject.ts'
import type { BenchCall, World } from './world.ts'

const everyMs = 2_500
const saturating = { calls: 120, leadInMs: 3_000, forMs: 8_000 }
/** Of what the core carries. */
const before = { share: 0.5, forMs: 15_000 }
const overload = { share: 3, rampMs: 75_000, holdMs: 10_000 }
/** Nobody asks anything before the greeting is spoken. */
const greetingMs = 1_000
const lastRepliesMs = 2_000
const seed = 11

export interface OverloadFigures {
  everyMs: number
  /** What the core carries: turns a second at saturation, and calls that are as many at a turn each `everyMs`. */
  turnsPerSecond: number
  /** Share of its core that the relay had at saturation: well below 1, something else gave out. */
  busyThen: number
  carried: number
  inProgress: number
  offered: number
  taken: number
  refused: number
  /** Of the calls that were in progress before: at half of what the core carries, and while three times that were offered. */
  before: Latency
  during: Latency
  /** Of those that were taken meanwhile. */
  newcomers: Latency
  /** How late its event loop was, milliseconds, at the same times. */
  lagBefore: Lag
  lagDuring: Lag
  othersBusy: number
}

/** A relay on a slow core is offered three times what it carries. */
export async function measureOverload(world: World, bench: Bench): Promise<OverloadFigures> {
  bench.say('overload: what the core carries')
  const random = createRandom(seed)
  const replies: Reply[] = []
  const start = async (...preloads: string[]) => {
    const subject = await startSubject('relay', world, { preloads: ['./bench/slow-core.ts', './bench/loop-probe.ts', ...preloads] })
    bench.stops.unshift(subject.end)
    return subject
  }
  const saturated = await start('./bench/raised-bounds.ts')
  const { turnsPerSecond, busyThen } = await Promise.race([saturate(saturated), saturated.gone])
  await saturated.end()
  await world.model.ask('replies')
  const carried = Math.round((turnsPerSecond * everyMs) / 1_000)

  const subject = await start()
  return Promise.race([run(), subject.gone])

  async function saturate(subject: Subject) {
    const phones = await dialPhones(subject, await world.openCalls(saturating.calls))
    await talkWithoutPause(phones, saturating.leadInMs, random)
    const from = await subject.ask<Usage>('usage')
    const turns = await talkWithoutPause(phones, saturating.forMs, random)
    const to = await subject.ask<Usage>('usage')
    return { turnsPerSecond: turns / (saturating.forMs / 1_000), busyThen: (to.cpuMs - from.cpuMs) / (to.atMs - from.atMs) }
  }

  async function run(): Promise<OverloadFigures> {
    const [half, offered] = [Math.round(carried * before.share), Math.round(carried * overload.share)]
    const calls = await world.openCalls(offered)
    let isOver = false
    const begin = async (call: BenchCall, turns: Turn[]): Promise<boolean> => {
      const phone = await dialPhone(subject.url, subject.headers, call).catch(() => null)
      if (phone) void talk(phone, turns)
      return phone !== null
    }
    const talk = async (phone: Phone, turns: Turn[]) => {
      await wait(greetingMs + random() * everyMs)
      while (!isOver) {
        turns.push(phone.prompt(pick(shopQuestions, random)))
        await wait(everyMs)
      }
    }
    const turns = { present: [] as Turn[], newcomers: [] as Turn[] }
    const counts = { taken: 0, refused: 0 }
    bench.say(`overload: ${half} calls of the ${carried} that it carries`)
    let inProgress = 0
    await spread(calls.slice(0, half), before.forMs, async (call) => void ((await begin(call, turns.present)) && (inProgress += 1)))
    await wait(everyMs)
    const quietFromMs = nowMs()
    await subject.ask('startLag')
    await wait(before.forMs)
    const lagBefore = await subject.ask<Lag>('endLag')

    bench.say(`overload: ${offered} calls`)
    const coresSince = watchCores()
    const loudFromMs = nowMs()
    await subject.ask('startLag')
    await spread(calls.slice(half), overload.rampMs, async (call) => {
      counts[(await begin(call, turns.newcomers)) ? 'taken' : 'refused'] += 1
    })
    await wait(overload.holdMs)
    isOver = true
    const untilMs = nowMs()
    const lagDuring = await subject.ask<Lag>('endLag')
    await wait(lastRepliesMs)
    replies.push(...(await world.model.ask<Reply[]>('replies')))
    const within = (turns: readonly Turn[], fromMs: number, toMs: number) =>
      latencyOf(turns.filter(({ promptedMs }) => promptedMs >= fromMs && promptedMs < toMs), replies)
    return {
      everyMs,
      turnsPerSecond,
      busyThen,
      carried,
      inProgress,
      offered,
      ...counts,
      before: within(turns.present, quietFromMs, loudFromMs),
      during: within(turns.present, loudFromMs, untilMs),
      lagBefore,
      lagDuring,
      newcomers: within(turns.newcomers, loudFromMs, untilMs),
      othersBusy: Math.max(...coresSince().filter((_, core) => String(core) !== world.cores.subject)),
    }
  }

  /** Begins with one after the other, evenly over a time. */
  async function spread(calls: readonly BenchCall[], forMs: number, begin: (call: BenchCall) => Promise<void>): Promise<void> {
    const startMs = performance.now()
    const begun: Promise<void>[] = []
    for (const [at, call] of calls.entries()) {
      await wait(Math.max(0, startMs + (at / calls.length) * forMs - performance.now()))
      begun.push(begin(call))
    }
    await Promise.all(begun)
  }
}
