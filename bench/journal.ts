/**
 * `npm run bench:journal [-- --seconds 5]`: what the relay's journal costs its process, and how old lines get, beside plain
 * `pg` that puts the same lines, gathered as long, into the same table by one multi-row insert as a superuser – no account
 * stated, no policy: the limit. Calls, journal and load are this process; PostgreSQL is real and durable. Its last line is JSON.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { createDatabase } from '../db/database.ts'
import { migrateDatabase } from '../db/migrate.ts'
import type { ConversationRef, Message } from '../domain/conversation.ts'
import { createLogger } from '../providers/logger.ts'
import { createMetrics } from '../providers/metrics.ts'
import { systemClock } from '../relay/clock.ts'
import { createJournal } from '../relay/journal.ts'
import { createRelayMetrics } from '../relay/relay-metrics.ts'
import { findFreePort } from '../sandbox/ports.ts'
import { startPostgres } from '../sandbox/postgres.ts'
import { createTestAccount, openTestCall } from '../test/kit/account.ts'
import { execute } from '../test/kit/sql.ts'
import { describeRun } from './machine.ts'
import { percentile } from './percentiles.ts'
import { decimal, table, times } from './table.ts'

interface Writer {
  write(ref: ConversationRef, line: Message): void
  drain(): Promise<unknown>
}
interface Figures {
  cpuMs: number
  lagMs: number[]
  roundTrips: number
  lines: number
  seconds: number
}

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '5' } } })
/** 500 calls with a turn each 4 s; 2,000 with one each 8 s; the former with as many accounts as this machine soon makes. */
const loads = [
  { name: '250 lines/s, 10 accounts', linesPerSecond: 250, accounts: 10 },
  { name: '500 lines/s, 10 accounts', linesPerSecond: 500, accounts: 10 },
  { name: '250 lines/s, 100 accounts', linesPerSecond: 250, accounts: 100 },
]
const burst = 10_000
const tickMs = 4
/** As the journal does. */
const gatherMs = 40
const linesPerInsert = 200
const text = 'We are open from nine to five on weekdays, and on Saturdays until two in the afternoon.'

const columns = ['account_id', 'conversation_id', 'key', 'seq', 'at', 'role', 'text', 'event', 'is_interrupted', 'first_token_ms', 'passages']

let roundTrips = 0
let lineCount = 0
const { query } = pg.Client.prototype
pg.Client.prototype.query = function counted(this: pg.Client, ...about: unknown[]) {
  roundTrips += 1
  return Reflect.apply(query, this, about)
} as typeof query

const directory = await mkdtemp(join(tmpdir(), 'ironvoice-bench-'))
// As root, PostgreSQL runs as a user of its own, which must get through.
await chmod(directory, 0o711)
const port = await findFreePort()
const server = await startPostgres({ directory: join(directory, 'postgres'), port, password: 'throw-away' })
const databaseUrl = `postgres://ironvoice_app:throw-away@127.0.0.1:${port}/bench`
await execute(server.url('postgres'), 'create database bench')
await migrateDatabase({ adminUrl: server.url('bench'), appUrl: databaseUrl })
const database = await createDatabase({ url: databaseUrl })
const plain = new pg.Pool({ connectionString: server.url('bench') })
// Its connections may learn of the server's end before their own.
plain.on('error', () => {})
const refs: ConversationRef[] = []
while (refs.length < 100) refs.push(await openTestCall(database, await createTestAccount(database)))
try {
  await run()
} finally {
  await Promise.all([plain.end(), database.close()])
  await server.stop()
  await rm(directory, { recursive: true, force: true })
}

async function run() {
  const contestants = { journal: createJournalWriter, pg: createPlainWriter, nothing: () => ({ write() {}, drain: async () => {} }) }
  const rows: string[][] = []
  const results: Record<string, unknown> = {}
  for (const load of loads) {
    const measured = async (create: (lagMs: number[]) => Writer) => measure(create, load)
    const idle = await measured(contestants.nothing)
    const [journal, limit] = [await measured(contestants.journal), await measured(contestants.pg)]
    const cpuOf = ({ cpuMs, lines }: Figures) => (cpuMs - idle.cpuMs) / lines
    for (const [name, figures] of Object.entries({ journal, pg: limit })) {
      const lag = [0.5, 0.99].map((share) => decimal(percentile(figures.lagMs, share), 1))
      rows.push([`${load.name}: ${name}`, ...lag, decimal(cpuOf(figures), 3), times(cpuOf(figures), cpuOf(limit)), decimal(figures.roundTrips / figures.lines, 3)])
    }
    results[load.name] = { cpuMsALine: cpuOf(journal), ratio: cpuOf(journal) / cpuOf(limit), lagP99Ms: percentile(journal.lagMs, 0.99) }
  }
  for (const name of ['journal', 'pg'] as const) {
    const { lines, seconds, cpuMs, roundTrips: trips } = await measureBurst(contestants[name])
    rows.push([`${burst} at once (${decimal(lines / seconds, 0)} lines/s): ${name}`, '', '', decimal(cpuMs / lines, 3), '', decimal(trips / lines, 3)])
  }
  const head = ['load', 'lag p50 ms', 'p99', 'CPU ms a line', 'ratio', 'round trips a line']
  process.stdout.write(`${describeRun(['load and journal in one process, the load’s own CPU taken off'])}\n\n${table(head, rows)}\n\n${JSON.stringify(results)}\n`)
}

async function measure(create: (lagMs: number[]) => Writer, { linesPerSecond, accounts }: (typeof loads)[number]): Promise<Figures> {
  const lagMs: number[] = []
  const writer = create(lagMs)
  const write = (count: number) => {
    for (; count > 0; count -= 1) writer.write(refs[lineCount % accounts]!, nextLine())
  }
  // Connections, statements and the compiler get warm.
  for (let round = 0; round < 100; round += 1, await pause(tickMs)) write(5)
  await writer.drain()
  lagMs.length = 0
  const [startMs, startCpu, tripsBefore, linesBefore] = [performance.now(), process.cpuUsage(), roundTrips, lineCount]
  const endMs = startMs + Number(values.seconds) * 1_000
  for (; performance.now() < endMs; await pause(tickMs)) {
    write(Math.floor(((performance.now() - startMs) / 1_000) * linesPerSecond) - (lineCount - linesBefore))
  }
  await writer.drain()
  return figuresSince(startMs, startCpu, tripsBefore, linesBefore, lagMs)
}

async function measureBurst(create: (lagMs: number[]) => Writer): Promise<Figures> {
  const writer = create([])
  const since = [performance.now(), process.cpuUsage(), roundTrips, lineCount] as const
  for (let count = 0; count < burst; count += 1) writer.write(refs[lineCount % refs.length]!, nextLine())
  await writer.drain()
  return figuresSince(...since, [])
}

function figuresSince(startMs: number, startCpu: NodeJS.CpuUsage, tripsBefore: number, linesBefore: number, lagMs: number[]): Figures {
  const { user, system } = process.cpuUsage(startCpu)
  const seconds = (performance.now() - startMs) / 1_000
  return { cpuMs: (user + system) / 1_000, lagMs, roundTrips: roundTrips - tripsBefore, lines: lineCount - linesBefore, seconds }
}


function nextLine(): Message {
  lineCount += 1
  const key = `bench-${lineCount}`
  return { key, seq: lineCount, atMs: Date.now(), role: 'receptionist', text, event: null, isInterrupted: false, firstTokenMs: 320, passages: ['faq-1', 'faq-2'] }
}

function createJournalWriter(lagMs: number[]): Writer {
  const logger = createLogger({ process: 'bench', level: 'warn' })
  const metrics = createRelayMetrics(createMetrics('bench'))
  metrics.journalLag.observe = (seconds) => void lagMs.push(Number(seconds) * 1_000)
  const clock = { ...systemClock, nowMs: () => performance.timeOrigin + performance.now() }
  const journal = createJournal({ database, logger, metrics, clock })
  return { write: (ref, line) => void journal.write(ref, [line]), drain: () => journal.drain(60_000) }
}

function createPlainWriter(lagMs: number[]): Writer {
  const waiting: { ref: ConversationRef; line: Message; sinceMs: number }[] = []
  let writing: Promise<unknown> = Promise.resolve()
  async function insert() {
    const batch = waiting.splice(0, linesPerInsert)
    const rows = batch.map(({ ref: { accountId, conversationId }, line }) => {
      const { key, seq, atMs, role, event, isInterrupted, firstTokenMs, passages } = line
      return [accountId, conversationId, key, seq, new Date(atMs), role, line.text, event, isInterrupted, firstTokenMs, JSON.stringify(passages)]
    })
    const places = rows.map((row, at) => `(${row.map((_, column) => `$${at * row.length + column + 1}`).join(', ')})`)
    await plain.query(`insert into message (${columns.join(', ')}) values ${places.join(', ')}`, rows.flat())
    for (const { sinceMs } of batch) lagMs.push(performance.now() - sinceMs)
    if (waiting.length >= linesPerInsert) await insert()
  }
  return {
    write(ref, line) {
      if (waiting.push({ ref, line, sinceMs: performance.now() }) > 1) return
      writing = Promise.all([writing, pause(gatherMs).then(insert)])
      writing.catch(() => {})
    },
    drain: () => writing,
  }
}
