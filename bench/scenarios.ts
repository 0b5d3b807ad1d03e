import { setTimeout as wait } from 'node:timers/promises'
import { watchCores } from './cores.ts'
import { latencyOf, type Latency } from './latency.ts'
import { dialPhones, talk, talkWithoutPause } from './load.ts'
import type { Reply } from './model-server.ts'
import { median, percentiles, type Percentiles } from './percentiles.ts'
import { dialPhone, type Interruption } from './phone.ts'
import type { Memory, Usage } from './probe.ts'
import { createRandom, pick } from './random.ts'
import { shopQuestions } from './shop.ts'
import { startSubject, type Subject, type SubjectName } from './subject.ts'
import type { BenchCall, World } from './world.ts'

export interface Context {
  world: World
  isHttp2: boolean
  /** Of each scenario's time, 0 to 1. */
  share: number
}

export interface Load {
  calls: number
  everyMs: number
  forMs: number
}
export const loads: Load[] = [
  { calls: 1, everyMs: 300, forMs: 20_000 },
  { calls: 50, everyMs: 2_000, forMs: 14_000 },
  { calls: 500, everyMs: 4_000, forMs: 20_000 },
  { calls: 2_000, everyMs: 8_000, forMs: 16_000 },
]

/** Before anything is measured, so that the code is compiled and the connections are open. */
const warmUp = { calls: 40, forMs: 2_500 }
const leadInMs = 1_500
const saturating = { calls: 200, forMs: 8_000 }
const idling = { callsBefore: 100, calls: 900, promptEveryMs: 6 }
const interrupting = { calls: 50, forMs: 8_000, lastFrame: 15, pauseMs: 300, tokenEveryMs: 20 }
const firstCalls = { processes: 3, calls: 100, everyMs: 40, greetingMs: 1_000, laterGreetingMs: 100, lastOnes: 10 }
const seed = 7

/** Starts a fresh subject, warms it up, and ends it whatever happens. */
async function withSubject<Result>(name: SubjectName, context: Context, run: (subject: Subject) => Promise<Result>, { isWarm = true } = {}): Promise<Result> {
  const { world, isHttp2 } = context
  const subject = await startSubject(name, world, { isHttp2 })
  try {
    if (isWarm) {
      const phones = await dialPhones(subject, await world.openCalls(warmUp.calls))
      await talkWithoutPause(phones, warmUp.forMs, createRandom(seed))
      await world.model.ask('replies')
    }
    return await Promise.race([run(subject), subject.gone])
  } finally {
    await subject.end()
  }
}

export interface LoadFigures extends Latency {
  cpuMsPerTurn: number
  /** Share of its core, 0 to 1. */
  busy: number
  /** Share of its core that other programs on this machine took meanwhile; with much of it the latencies count for nothing. */
  disturbed: number
}

/** Told when the counted turns begin, and when they are over. */
export type OnTalk = (subject: Subject, isOver: boolean) => Promise<unknown>

/** A load that does not wait for answers, on one subject. */
export function measureLoad(name: SubjectName, { calls, everyMs, forMs }: Load, context: Context, onTalk?: OnTalk): Promise<LoadFigures> {
  return withSubject(name, context, async (subject) => {
    const { world, share } = context
    const phones = await dialPhones(subject, await world.openCalls(calls), warmUp.calls)
    const usages: Usage[] = []
    const note = async () => usages.push(await subject.ask<Usage>('usage'))
    let busyCores = () => [0]
    let cores: number[] = []
    const turns = await talk(phones, {
      everyMs,
      forMs: forMs * share,
      leadInMs,
      random: createRandom(seed),
      onLeadInOver() {
        busyCores = watchCores()
        return Promise.all([note(), onTalk?.(subject, false)])
      },
      onOver() {
        cores = busyCores()
        return Promise.all([note(), onTalk?.(subject, true)])
      },
    })
    const [from, to] = usages as [Usage, Usage]
    const busy = (to.cpuMs - from.cpuMs) / (to.atMs - from.atMs)
    return {
      ...latencyOf(turns, await world.model.ask<Reply[]>('replies')),
      cpuMsPerTurn: (to.cpuMs - from.cpuMs) / turns.length,
      busy,
      disturbed: Math.max(0, cores[Number(world.cores.subject)]! - busy),
    }
  })
}

export interface SaturationFigures {
  turnsPerSecond: number
  cpuMsPerTurn: number
  busy: number
  /** How busy the cores of the load were: near 1, it was the load that gave out. */
  othersBusy: number
}

/** As many turns as go through. `onTalk` as for a load. */
export function measureSaturation(name: SubjectName, context: Context, onTalk?: OnTalk): Promise<SaturationFigures> {
  return withSubject(name, context, async (subject) => {
    const { world, share } = context
    const phones = await dialPhones(subject, await world.openCalls(saturating.calls), warmUp.calls)
    const random = createRandom(seed)
    await talkWithoutPause(phones, leadInMs, random)
    const before = await subject.ask<Usage>('usage')
    const coresSince = watchCores()
    await onTalk?.(subject, false)
    const turns = await talkWithoutPause(phones, saturating.forMs * share, random)
    const cores = coresSince()
    await onTalk?.(subject, true)
    const after = await subject.ask<Usage>('usage')
    const cpuMs = after.cpuMs - before.cpuMs
    const others = cores.filter((_, core) => String(core) !== world.cores.subject)
    return {
      turnsPerSecond: turns / (saturating.forMs * share) * 1_000,
      cpuMsPerTurn: cpuMs / turns,
      busy: cpuMs / (after.atMs - before.atMs),
      othersBusy: Math.max(...others),
    }
  })
}

export interface IdleFigures extends Memory {
  calls: number
  /** CPU for one call's set-up, its turn included. */
  cpuMsPerCall: number
}

/** What one more call takes while nothing is said on it, after one turn. */
export function measureIdle(name: SubjectName, context: Context): Promise<IdleFigures> {
  const take = async (subject: Subject, callsBefore: number, count: number) => {
    for (const phone of await dialPhones(subject, await context.world.openCalls(count), callsBefore)) {
      phone.prompt(pick(shopQuestions, Math.random))
      // Not all at once: connections to the model that a burst leaves open are no call's.
      await wait(idling.promptEveryMs)
    }
    await wait(1_000)
  }
  return withSubject(
    name,
    context,
    async (subject) => {
      const calls = Math.round(idling.calls * context.share)
      await take(subject, 0, idling.callsBefore)
      const [before, usageBefore] = [await subject.ask<Memory>('memory'), await subject.ask<Usage>('usage')]
      await take(subject, idling.callsBefore, calls)
      const [usageAfter, after] = [await subject.ask<Usage>('usage'), await subject.ask<Memory>('memory')]
      return {
        rssKib: (after.rssKib - before.rssKib) / calls,
        heapKib: (after.heapKib - before.heapKib) / calls,
        externalKib: (after.externalKib - before.externalKib) / calls,
        calls,
        cpuMsPerCall: (usageAfter.cpuMs - usageBefore.cpuMs) / calls,
      }
    },
    { isWarm: false },
  )
}

export interface InterruptFigures {
  interruptions: number
  framesAfter: number
  /** Share of the interrupted replies whose requests were ended at the model's end of the wire, 0 to 1. */
  aborted: number
  /** Interruption sent to request ended there. */
  abortMs: Percentiles
}

/** Callers speak over replies, anywhere in their first half. */
export function measureInterrupts(context: Context): Promise<InterruptFigures> {
  return withSubject('relay', context, async (subject) => {
    const { world, share } = context
    const random = createRandom(seed)
    const phones = await dialPhones(subject, await world.openCalls(interrupting.calls), warmUp.calls)
    const interruptions: Interruption[] = []
    await world.model.ask('setTokenEveryMs', interrupting.tokenEveryMs)
    const untilMs = performance.now() + interrupting.forMs * share
    await Promise.all(
      phones.map(async (phone) => {
        while (performance.now() < untilMs) {
          const { promise, resolve } = Promise.withResolvers<void>()
          let framesLeft = 1 + Math.floor(random() * interrupting.lastFrame)
          phone.listen(({ reply }) => {
            if (!reply || (framesLeft -= 1) !== 0) return
            interruptions.push(phone.interrupt())
            resolve()
          })
          phone.prompt(pick(shopQuestions, random))
          await Promise.race([promise, wait(2_000)])
          await wait(interrupting.pauseMs)
        }
      }),
    )
    await world.model.ask('setTokenEveryMs')
    const replies = new Map((await world.model.ask<Reply[]>('replies')).map((reply) => [reply.name, reply]))
    // On a busy machine a phone may speak over what was told to its end before: there is nothing to abort.
    const inTime = interruptions.filter(({ reply, atMs }) => (replies.get(reply)?.wholeMs ?? Infinity) > atMs)
    const abortsMs = inTime.flatMap(({ reply, atMs }) => {
      const abortedMs = replies.get(reply)?.abortedMs
      return abortedMs ? [abortedMs - atMs] : []
    })
    return {
      interruptions: inTime.length,
      framesAfter: interruptions.reduce((sum, { framesAfter }) => sum + framesAfter, 0),
      aborted: abortsMs.length / inTime.length,
      abortMs: percentiles(abortsMs),
    }
  })
}

export interface FirstCallFigures {
  processes: number
  firstMs: number
  hundredthMs: number
}

/** Calls that come in shortly after one another at a fresh process, each asking its first question after the greeting. */
export async function measureFirstCalls(name: SubjectName, context: Context): Promise<FirstCallFigures> {
  const { model, openCalls } = context.world
  const runs: number[][] = []
  const turnOf = async (subject: Subject, call: BenchCall, greetingMs: number) => {
    const phone = await dialPhone(subject.url, subject.headers, call)
    await wait(greetingMs)
    const { promise, resolve } = Promise.withResolvers<void>()
    phone.listen(({ isOver }) => isOver && resolve())
    const turn = phone.prompt(pick(shopQuestions, Math.random))
    await promise
    phone.hangUp()
    return turn
  }
  const run = async (subject: Subject) => {
    const [first, ...others] = await openCalls(firstCalls.calls)
    const turns = [turnOf(subject, first!, firstCalls.greetingMs)]
    await turns[0]
    for (const call of others) {
      turns.push(turnOf(subject, call, firstCalls.laterGreetingMs))
      await wait(firstCalls.everyMs)
    }
    const taken = await Promise.all(turns)
    const replies = await model.ask<Reply[]>('replies')
    return taken.map((turn) => latencyOf([turn], replies).p50)
  }
  for (let count = 0; count < firstCalls.processes; count += 1) runs.push(await withSubject(name, context, run, { isWarm: false }))
  return {
    processes: runs.length,
    firstMs: median(runs.map(([first]) => first!)),
    hundredthMs: median(runs.flatMap((added) => added.slice(-firstCalls.lastOnes))),
  }
}
