/**
 * `npm run bench:wrapup`: wrap-ups a second through Temporal on this machine, and how that grows with workers, beside a
 * workflow that does nothing on the same server. Writes its figures into RESULTS.md.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { createWrapUpStarter, type WrapUpStarter } from '../relay/start-wrap-up.ts'
import { testKeyring } from '../test/kit/account.ts'
import { createDataConverter } from '../workers/data-converter.ts'
import { startChild } from './child.ts'
import { describeRun } from './machine.ts'
import { noOpQueue } from './no-op-worker.ts'
import { percentiles, type Percentiles } from './percentiles.ts'
import { cpuMsOf } from './process-cpu.ts'
import { writeResults } from './results.ts'
import { runBench, type Bench } from './run-bench.ts'
import { inFlight } from './in-flight.ts'
import { createWorld, type BenchCall, type World } from './world.ts'
import { startWrapUpHouse, type WrapUpHouse } from './wrap-up-house.ts'
import { decimal } from './table.ts'
import { wrapUpReport } from './wrap-up-report.ts'

const withinMs = 8 * 60_000
const workerCounts = [1, 2, 4]
const warmUp = 40
/** A batch is as large as what would be done in so long at the pace of the warm-up, which is slower. */
const batchMs = 15_000
const paced = { calls: 60, everyMs: 350 }
const lookEveryMs = 50

export interface Batch {
  what: string
  workers: number
  perSecond: number
  /** CPU of each part, milliseconds a workflow. */
  cpuMs: { temporal: number; postgres: number; workers: number; vendors: number; starter: number }
}
export interface WrapUpFigures {
  noOp: Batch
  batches: Batch[]
  /** Asked for to written down as done, milliseconds, with one worker that is not at its limit. */
  paced: Percentiles & { perSecond: number }
  wrapUps: number
}

await runBench('bench:wrapup', withinMs, async (bench) => {
  bench.say('starting PostgreSQL, Temporal and the vendors’ stand-ins')
  const world = await createWorld({ cores: { subject: null, note: '' }, ...bench })
  const house = await startWrapUpHouse(world, bench)
  const machine = describeRun(['all processes share all cores; PostgreSQL writes through to the disk, Temporal’s dev server keeps its state in memory'])
  const figures = await bench.orOver(measure(world, house, bench))
  const text = `${machine}\n\n${wrapUpReport(figures)}`
  process.stdout.write(`\n${text}\n`)
  const differences = await house.differences()
  if (differences.length > 0) throw new Error(`the ledgers differ: ${differences.join('; ')}`)
  writeResults('wrapup', text)
})

async function measure(world: World, house: WrapUpHouse, bench: Bench): Promise<WrapUpFigures> {
  bench.say('workflows that do nothing')
  const noOp = await measureNoOps(world, house, bench)
  const asked: Record<string, number> = {}
  const starter = createWrapUpStarter({
    address: house.temporal.address,
    namespace: 'default',
    dataKeys: testKeyring,
    metrics: { wrapUpHints: { inc: ({ result }: { result: string }) => void (asked[result] = (asked[result] ?? 0) + 1) } } as never,
    logger: { warn: ({ kind }: { kind: string }) => bench.say(`a wrap-up could not be started: ${kind}`) } as never,
  })
  bench.stops.unshift(starter.close)
  const batches: Batch[] = []
  let size = 0
  let pace: WrapUpFigures['paced'] | null = null
  for (const workers of workerCounts) {
    bench.say(`wrap-ups: ${workers} worker${workers > 1 ? 's' : ''}`)
    await house.startWorkers(workers)
    const warmUpMs = await wrapUp(house, starter, await house.finishedCalls(warmUp, true))
    size = Math.ceil((warmUp / warmUpMs) * batchMs)
    bench.say(`${warmUp} in ${decimal(warmUpMs / 1_000, 1)} s, now ${size}`)
    pace ??= await measurePaced(house, starter)
    batches.push(await measureBatch(world, house, starter, { what: 'wrap-ups', size, isRecorded: true }))
  }
  bench.say('wrap-ups of calls without a recording')
  batches.push(await measureBatch(world, house, starter, { what: 'wrap-ups without a recording', size, isRecorded: false }))
  return { noOp, batches, paced: pace!, wrapUps: await house.wrappedUp() }
}

/** Starts them all, and waits for all. Returns how long that took, milliseconds. */
async function wrapUp(house: WrapUpHouse, starter: WrapUpStarter, calls: readonly BenchCall[]): Promise<number> {
  const before = await house.wrappedUp()
  const startMs = performance.now()
  await inFlight(calls, (call) => starter.start(call, call.callSid))
  while ((await house.wrappedUp()) < before + calls.length) await wait(lookEveryMs)
  return performance.now() - startMs
}

async function measureBatch(world: World, house: WrapUpHouse, starter: WrapUpStarter, { what, size, isRecorded }: { what: string; size: number; isRecorded: boolean }): Promise<Batch> {
  const calls = await house.finishedCalls(size, isRecorded)
  const cpuSince = watchCpu(world, house, house.workers.map(({ pid }) => pid))
  const tookMs = await wrapUp(house, starter, calls)
  return { what, workers: house.workers.length, perSecond: (calls.length / tookMs) * 1_000, cpuMs: cpuSince(calls.length) }
}

async function measurePaced(house: WrapUpHouse, starter: WrapUpStarter): Promise<WrapUpFigures['paced']> {
  const calls = await house.finishedCalls(paced.calls, true)
  const askedMs = new Map<string, number>()
  const before = await house.wrappedUp()
  for (const call of calls) {
    askedMs.set(call.conversationId, Date.now())
    void starter.start(call, call.callSid)
    await wait(paced.everyMs)
  }
  while ((await house.wrappedUp()) < before + calls.length) await wait(lookEveryMs)
  const rows = await house.query<{ id: string; done: number }>('select id, (extract(epoch from wrapped_up_at) * 1000)::float as done from conversation')
  const tookMs = rows.flatMap(({ id, done }) => (askedMs.has(id) ? [done - askedMs.get(id)!] : []))
  return { ...percentiles(tookMs), perSecond: 1_000 / paced.everyMs }
}

async function measureNoOps(world: World, house: WrapUpHouse, { directory, stops }: Bench): Promise<Batch> {
  const { address } = house.temporal
  const worker = startChild({ name: 'no-op', script: 'bench/no-op-worker.ts', env: { TEMPORAL_ADDRESS: address }, cores: null, directory })
  stops.unshift(worker.end)
  const connection = await Connection.connect({ address })
  stops.unshift(() => connection.close())
  const client = new Client({ connection, dataConverter: createDataConverter(testKeyring) })
  let asked = 0
  const run = async (total: number) => {
    const startMs = performance.now()
    const ids = Array.from({ length: total }, () => `no-op-${(asked += 1)}`)
    await inFlight(ids, (workflowId) => client.workflow.start('noOp', { workflowId, taskQueue: noOpQueue }))
    while ((await worker.ask<number>('done')) < asked) await wait(lookEveryMs)
    return performance.now() - startMs
  }
  await run(warmUp)
  const size = Math.ceil((warmUp * batchMs) / (await run(warmUp)))
  const cpuSince = watchCpu(world, house, [worker.pid])
  const tookMs = await run(size)
  const cpuMs = cpuSince(size)
  await worker.end()
  return { what: 'one activity that does nothing', workers: 1, perSecond: (size / tookMs) * 1_000, cpuMs }
}

function watchCpu(world: World, house: WrapUpHouse, workers: number[]): (workflows: number) => Batch['cpuMs'] {
  const parts = { temporal: [house.temporal.pid!], postgres: [world.databasePid], workers, vendors: [house.vendors.pid] }
  const now = () => {
    const { user, system } = process.cpuUsage()
    return { ...mapValues(parts, (pids) => cpuMsOf(...pids)), starter: (user + system) / 1_000 }
  }
  const before = now()
  return (workflows) => {
    const after = now()
    return mapValues(after, (ms, part) => (ms - before[part]) / workflows)
  }
}

function mapValues<Name extends string, From, To>(record: Record<Name, From>, map: (value: From, name: Name) => To) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value as From, name as Name)])) as Record<Name, To>
}
