import fc from 'fast-check'
import type { ConversationRef, Message } from '../domain/conversation.ts'
import { Failure } from '../domain/failure.ts'
import { createLogger } from '../providers/logger.ts'
import { createMetrics } from '../providers/metrics.ts'
import { createFakeClock } from '../test/kit/fake-clock.ts'
import { propertyRuns, propertyTimeoutMs } from '../test/kit/property-runs.ts'
import { createLineWriter, type LineWriterOptions } from './line-writer.ts'
import { createRelayMetrics } from './relay-metrics.ts'

type Batches = Parameters<LineWriterOptions['writeAll']>[0]

const refs: ConversationRef[] = Array.from({ length: 6 }, (_, call) => ({ accountId: `account ${call % 3}`, conversationId: `call ${call}` }))
const logger = createLogger({ process: 'relay', level: 'silent' })
const settled = () => new Promise(setImmediate)

/** A database whose every answer is the test's to give, and in which each line knows how often it was written. */
function createWorld() {
  const clock = createFakeClock()
  const allMetrics = createMetrics('relay')
  const gathering: (() => void)[] = []
  const asked: { batches: Batches; resolve(refusals: (Failure | null)[]): void; reject(error: Failure): void }[] = []
  const kept = new Map<string, Message>()
  const trouble: string[] = []
  const writer = createLineWriter({
    logger,
    metrics: createRelayMetrics(allMetrics),
    clock,
    gather: (run) => void gathering.push(run),
    writeAll: (batches) =>
      new Promise((resolve, reject) => {
        const underWay = new Set(asked.flatMap((other) => other.batches.map(({ accountId }) => accountId)))
        if (batches.some(({ accountId }) => underWay.has(accountId))) trouble.push('two writes of one account at once')
        if (batches.length > 50 || batches.flatMap(({ lines }) => lines).length > 200) trouble.push('too large a write')
        if (batches.some(({ lines }) => lines.length === 0)) trouble.push('an empty batch')
        asked.push({ batches, resolve, reject })
      }),
  })

  function keep({ accountId, lines }: Batches[number]) {
    for (const { ref, line } of lines) {
      expect(ref.accountId).toBe(accountId)
      const key = `${ref.conversationId} ${line.key}`
      expect(kept.get(key)?.atMs ?? 0).toBeLessThanOrEqual(line.atMs)
      kept.set(key, line)
    }
  }
  const isPoisoned = ({ lines }: Batches[number]) => lines.some(({ line }) => line.text === 'poison')

  return {
    writer,
    kept,
    trouble,
    get isIdle() {
      return asked.length === 0 && gathering.length === 0
    },
    gathered: () => gathering.splice(0).forEach((run) => run()),
    pass: (ms: number) => clock.advance(ms),
    /** How many lines are in each batch of the write that is under way. */
    asked: () => asked[0]!.batches.map(({ lines }) => lines.length),
    /** Poison is refused, whatever else may be. */
    answer(at: number, how: 'written' | 'held-up' | 'away' | 'away-yet-written') {
      const [found] = asked.splice(at % (asked.length || 1), 1)
      if (!found) return
      const refusals = found.batches.map((batch, at) => {
        if (isPoisoned(batch)) return new Failure('request-malformed')
        return how === 'held-up' && at % 2 === 0 ? new Failure('database-unavailable') : null
      })
      if (how !== 'away') found.batches.forEach((batch, at) => refusals[at] ?? keep(batch))
      if (how === 'away' || how === 'away-yet-written') found.reject(new Failure('database-unavailable'))
      else found.resolve(refusals)
    },
    metric: async (name: string) => {
      const found = (await allMetrics.registry.metrics()).split('\n').find((row) => row.startsWith(`${name}{`))
      return Number(found?.slice(found.lastIndexOf(' ')) ?? 0)
    },
  }
}

const line = (key: string, version: number, text: string): Message => ({
  key,
  seq: 0,
  atMs: version,
  role: 'caller',
  text,
  event: null,
  isInterrupted: false,
  firstTokenMs: null,
  passages: [],
})

describe('the writer of lines', () => {
  const action = fc.oneof(
    { weight: 6, arbitrary: fc.record({ type: fc.constant('write' as const), call: fc.nat(5), keys: fc.array(fc.nat(9), { minLength: 1, maxLength: 4 }), isPoison: fc.nat(15).map((n) => n === 0) }) },
    { weight: 3, arbitrary: fc.constant({ type: 'gather' as const }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('answer' as const), at: fc.nat(3), how: fc.constantFrom('written' as const, 'written' as const, 'held-up' as const, 'away' as const, 'away-yet-written' as const) }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('pass' as const), ms: fc.constantFrom(49, 50, 400, 1_000) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('flush' as const), call: fc.nat(5) }) },
  )

  it(
    'P-calls: loses nothing but poison, never puts an older line over a newer one, and keeps accounts apart, whatever the database does',
    async () => {
      const property = fc.asyncProperty(fc.array(action, { maxLength: 60, size: 'max' }), async (actions) => {
        const world = createWorld()
        const newest = new Map<string, Message>()
        const flushes: Promise<void>[] = []
        let version = 0
        for (const step of actions) {
          if (step.type === 'write') {
            const ref = refs[step.call]!
            const lines = step.keys.map((key) => line(`k${key}`, (version += 1), step.isPoison ? 'poison' : `${step.call} ${version}`))
            for (const each of lines) newest.set(`${ref.conversationId} ${each.key}`, each)
            world.writer.write(ref, lines)
          } else if (step.type === 'gather') world.gathered()
          else if (step.type === 'answer') world.answer(step.at, step.how)
          else if (step.type === 'pass') world.pass(step.ms)
          else {
            const ref = refs[step.call]!
            const mustBeKept = [...newest].filter(([key, { text }]) => key.startsWith(`${ref.conversationId} `) && text !== 'poison')
            const flushed = world.writer.flush(ref).then(() => {
              for (const [key, { atMs }] of mustBeKept) {
                if (newest.get(key)!.text !== 'poison') expect(world.kept.get(key)?.atMs).toBeGreaterThanOrEqual(atMs)
              }
            })
            flushes.push(flushed)
          }
          await settled()
        }
        const left = world.writer.drain(60 * 60_000)
        for (let round = 0; round < 100; round += 1) {
          world.gathered()
          world.answer(0, 'written')
          world.pass(1_000)
          await settled()
        }
        world.pass(60 * 60_000)
        expect(await left).toBe(0)
        expect(world.trouble).toEqual([])
        await Promise.all(flushes)
        for (const [key, expected] of newest) if (expected.text !== 'poison') expect(world.kept.get(key)).toEqual(expected)
        expect([...world.kept.values()].some(({ text }) => text === 'poison')).toBe(false)
        expect(await world.metric('ironvoice_relay_journal_queued_lines')).toBe(0)
        const isPoisoned = actions.some((step) => step.type === 'write' && step.isPoison)
        if (!isPoisoned) expect(await world.metric('ironvoice_relay_journal_lost_lines_total')).toBe(0)
      })
      await fc.assert(property, propertyRuns(150))
    },
    propertyTimeoutMs,
  )

  it('tries one by one only until the line that was refused is found', async () => {
    const world = createWorld()
    const sizes: number[][] = []
    for (const text of ['poison', 'Hello']) {
      world.writer.write(refs[0]!, [line('a', 1, 'Hello'), line('b', 1, text), line('c', 1, 'Hello')])
      for (world.gathered(); !world.isIdle; world.gathered()) {
        sizes.push(world.asked())
        world.answer(0, 'written')
        await settled()
      }
    }
    expect(sizes).toEqual([[3], [1, 1, 1], [3]])
    expect([...world.kept.keys()]).toEqual(['call 0 a', 'call 0 c', 'call 0 b'])
    expect(await world.metric('ironvoice_relay_journal_lost_lines_total')).toBe(1)
  })

  it('holds 50,000 lines while the database is away, and counts what it cannot hold', async () => {
    const world = createWorld()
    const many = Array.from({ length: 50_000 }, (_, key) => line(`k${key}`, 1, 'Hello'))
    world.writer.write(refs[0]!, many)
    world.gathered()
    world.writer.write(refs[1]!, [line('one', 1, 'too many')])
    expect(await world.metric('ironvoice_relay_journal_lost_lines_total')).toBe(1)
    expect(await world.metric('ironvoice_relay_journal_queued_lines')).toBe(50_000)
  })

  it('asks an absent database once a while, not once a line', async () => {
    const world = createWorld()
    let asked = 0
    for (let version = 1; version <= 100; version += 1) {
      world.writer.write(refs[version % 6]!, [line(`k${version}`, version, 'Hello')])
      world.gathered()
      await settled()
      for (; !world.isIdle; asked += 1) world.answer(0, 'away')
      await settled()
      world.pass(10)
    }
    // A second, doubling from 50 milliseconds.
    expect(asked).toBeLessThanOrEqual(6)
  })
})
