/**
 * `npm run bench [-- --quick | --only 500 | --profile | --http2]`: what the relay adds to a call, beside a pipe that does
 * nothing else, on one core. A whole run writes its figures into RESULTS.md, and so does `--profile`.
 */
import { writeFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import type { Profiler } from 'node:inspector'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Child } from './child.ts'
import { nowMs } from './clock.ts'
import { splitCores } from './cores.ts'
import { describeRun } from './machine.ts'
import { profileReport } from './profile.ts'
import { report, type Figures } from './report.ts'
import { writeResults } from './results.ts'
import { loads, measureFirstCalls, measureIdle, measureInterrupts, measureLoad, measureSaturation, type Context } from './scenarios.ts'
import type { SubjectName } from './subject.ts'
import { createWorld } from './world.ts'

const quickShare = 0.25
const quickScenarios = ['50', 'saturation', 'interrupts']

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    http2: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
  },
})
const stops: (() => Promise<unknown>)[] = []
const interrupted = Promise.withResolvers<never>()
const interrupt = () => interrupted.reject(new Error('interrupted'))
interrupted.promise.catch(() => {})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)
process.once('disconnect', interrupt)

const say = (line: string) => process.stderr.write(`bench: ${line}\n`)
const print = (text: string) => process.stdout.write(`\n${text}\n`)
const wanted = flags.only.length > 0 ? flags.only : flags.quick ? quickScenarios : null
const isWanted = (name: string) => wanted === null || wanted.includes(name)

try {
  await run()
} catch (error) {
  say((error as Error).message)
  process.exitCode = 1
} finally {
  for (const stop of stops) await stop()
}
process.exit()

async function run() {
  const directory = await mkdtemp(join(tmpdir(), 'ironvoice-bench-'))
  stops.push(() => rm(directory, { recursive: true, force: true }))
  // As root, PostgreSQL runs as a user of its own, which must get through.
  await chmod(directory, 0o711)
  const cores = await splitCores()
  say('starting PostgreSQL and the model’s stand-in')
  // Not broken off: what is only half started could not be ended.
  const world = await createWorld({ cores, directory, stops })
  const machine = describeRun([cores.note, `one monotonic clock; between processes right to ${(await clockErrorMs(world.model)).toFixed(2)} ms`])
  const context = { world, isHttp2: flags.http2, share: flags.quick ? quickShare : 1 }
  await Promise.race([flags.profile ? profile(context, machine) : measureAll(context, machine), interrupted.promise])
}

async function measureAll(context: Context, machine: string) {
  const figures = await measure(context)
  const text = `${machine}\n\n${report(figures)}`
  print(text)
  const isWhole = !flags.quick && !flags.http2 && flags.only.length === 0
  if (isWhole) writeResults('figures', text)
}

async function measure(context: Context): Promise<Figures> {
  /** Once more where it fails: a process that took too long to start is no reason to measure all else again. */
  const attempt = async <Result>(what: string, measureIt: () => Promise<Result>) => {
    say(what)
    return measureIt().catch((error: Error) => {
      say(`${what}: ${error.message}; once more`)
      return measureIt()
    })
  }
  const both = async <Result>(what: string, measureOne: (name: SubjectName) => Promise<Result>) => ({
    relay: await attempt(`${what}: relay`, () => measureOne('relay')),
    pipe: await attempt(`${what}: pipe`, () => measureOne('pipe')),
  })
  const figures: Figures = { loads: [], saturation: null, idle: null, interrupts: null, firstCalls: null }
  for (const load of loads) {
    if (!isWanted(String(load.calls))) continue
    figures.loads.push({ load, ...(await both(`${load.calls} calls`, (name) => measureLoad(name, load, context))) })
  }
  if (isWanted('saturation')) figures.saturation = await both('saturation', (name) => measureSaturation(name, context))
  if (isWanted('idle')) figures.idle = await both('idle calls', (name) => measureIdle(name, context))
  if (isWanted('first')) figures.firstCalls = await both('first calls', (name) => measureFirstCalls(name, context))
  if (isWanted('interrupts')) figures.interrupts = await attempt('interrupts', () => measureInterrupts(context))
  return figures
}

async function profile(context: Context, machine: string) {
  const profiled = async (name: SubjectName) => {
    say(`profiling at saturation: ${name}`)
    let profile: Profiler.Profile | null = null
    const { cpuMsPerTurn } = await measureSaturation(name, context, async (subject, isOver) => {
      if (isOver) profile = await subject.ask<Profiler.Profile>('endProfile')
      else await subject.ask('startProfile')
    })
    writeFileSync(join(tmpdir(), `ironvoice-${name}.cpuprofile`), JSON.stringify(profile))
    return { profile: profile!, cpuMsPerTurn }
  }
  const text = `${machine}\n\n${profileReport(await profiled('relay'), await profiled('pipe'))}`
  print(text)
  if (!flags.quick) writeResults('profile', text)
}

/** At most how far a child's clock is from ours: half the shortest way there and back, plus how far its stamp is from the middle. */
async function clockErrorMs(child: Child): Promise<number> {
  const errors: number[] = []
  while (errors.length < 50) {
    const askedMs = nowMs()
    const toldMs = await child.ask<number>('now')
    const answeredMs = nowMs()
    errors.push((answeredMs - askedMs) / 2 + Math.abs(toldMs - (askedMs + answeredMs) / 2))
  }
  return Math.min(...errors)
}
