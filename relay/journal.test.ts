import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import pg from 'pg'
import { createCalls } from '../db/calls.ts'
import { createDatabase, type Database } from '../db/database.ts'
import { createTranscripts } from '../db/transcripts.ts'
import type { ConversationRef, Message } from '../domain/conversation.ts'
import { Failure } from '../domain/failure.ts'
import { createLogger } from '../providers/logger.ts'
import { createMetrics } from '../providers/metrics.ts'
import { createTestAccount, openTestCall } from '../test/kit/account.ts'
import { createTestDatabase, type TestDatabase } from '../test/kit/database.ts'
import { execute } from '../test/kit/sql.ts'
import { createDatabaseProxy } from '../test/kit/database-proxy.ts'
import { until } from '../test/kit/until.ts'
import { systemClock } from './clock.ts'
import { createJournal, type Journal } from './journal.ts'
import { createRelayMetrics } from './relay-metrics.ts'

const line = (seq: number, text: string): Message => ({
  key: `w-${seq}`,
  seq,
  atMs: 1_790_000_000_000 + seq,
  role: 'caller',
  text,
  event: null,
  isInterrupted: false,
  firstTokenMs: null,
  passages: [],
})

describe('the journal of live calls', () => {
  let testDatabase: TestDatabase
  let direct: Database
  let proxied: Database
  let proxy: Awaited<ReturnType<typeof createDatabaseProxy>>
  let journal: Journal
  let metrics: ReturnType<typeof createMetrics>
  let account: { accountId: string; number: string }

  beforeAll(async () => {
    testDatabase = await createTestDatabase()
    proxy = await createDatabaseProxy(testDatabase.appUrl)
    direct = await createDatabase({ url: testDatabase.appUrl })
    proxied = await createDatabase({ url: proxy.url })
    account = await createTestAccount(direct)
  })
  const children: ChildProcess[] = []
  const logs: string[] = []
  const logger = createLogger({ process: 'relay', level: 'info', destination: { write: (entry: string) => void logs.push(entry) } })

  beforeEach(() => {
    metrics = createMetrics('relay')
    journal = createJournal({ database: proxied, logger, metrics: createRelayMetrics(metrics), clock: systemClock })
  })
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
    proxy.stop()
    await Promise.all([proxied.close(), direct.close()])
    await testDatabase.drop()
  })

  const textsOf = async (ref: ConversationRef) => (await createTranscripts(direct).read(ref)).map(({ text }) => text)
  const metric = async (name: string) => {
    const found = (await metrics.registry.metrics()).split('\n').find((row) => row.startsWith(`${name}{`))
    return Number(found?.slice(found.lastIndexOf(' ')) ?? 0)
  }

  it('has a line in the database once it is flushed; a line written again is corrected, in its place', async () => {
    const ref = await openTestCall(direct, account)
    journal.write(ref, [line(1, 'Hello')])
    journal.write(ref, [line(2, 'We are open from nine to five')])
    await journal.flush(ref)
    expect(await textsOf(ref)).toEqual(['Hello', 'We are open from nine to five'])
    journal.write(ref, [line(3, 'Thanks')])
    journal.write(ref, [line(2, 'We are open')])
    await journal.flush(ref)
    expect(await textsOf(ref)).toEqual(['Hello', 'We are open', 'Thanks'])
    expect(await metric('ironvoice_relay_journal_queued_lines')).toBe(0)
  })

  it('keeps what comes while the database is away, in order, and writes all of it when it is back', async () => {
    const [first, second] = [await openTestCall(direct, account), await openTestCall(direct, account)]
    journal.write(first, [line(1, 'before')])
    await journal.flush(first)
    proxy.cut()
    for (let seq = 2; seq <= 40; seq += 1) {
      journal.write(first, [line(seq, `first ${seq}`)])
      journal.write(second, [line(seq, `second ${seq}`)])
      if (seq % 10 === 0) await new Promise(setImmediate)
    }
    await until(async () => (await metrics.registry.metrics()).includes('ironvoice_relay_journal_queued_lines'))
    journal.write(first, [line(1, 'corrected'), line(5, 'corrected too')])
    expect(await journal.drain(50)).toBe(79)
    expect(await textsOf(first)).toEqual(['before'])

    proxy.mend()
    await Promise.all([journal.flush(first), journal.flush(second)])
    const expected = (name: string) => Array.from({ length: 39 }, (_, index) => `${name} ${index + 2}`)
    expect(await textsOf(first)).toEqual(['corrected', ...expected('first').with(3, 'corrected too')])
    expect(await textsOf(second)).toEqual(expected('second'))
    expect(await metric('ironvoice_relay_journal_queued_lines')).toBe(0)
    expect(await metric('ironvoice_relay_journal_lost_lines_total')).toBe(0)
  })

  it('lets a correction win that comes while the line is being written, whether that succeeds or not', async () => {
    const ref = await openTestCall(direct, account)
    const first = Promise.withResolvers<void>()
    const units: string[] = []
    const flaky: Database = {
      ...direct,
      async call(procedure, argument) {
        if (units.push(procedure) > 1) return direct.call(procedure, argument)
        await first.promise
        throw new Failure('database-unavailable')
      },
    }
    journal = createJournal({ database: flaky, logger, metrics: createRelayMetrics((metrics = createMetrics('relay'))), clock: systemClock })
    journal.write(ref, [line(1, 'We are open from nine'), line(2, 'Thanks')])
    await until(() => units.length === 1)
    journal.write(ref, [line(1, 'We are'), line(3, 'Bye')])
    first.resolve()
    await journal.flush(ref)
    expect(await textsOf(ref)).toEqual(['We are', 'Thanks', 'Bye'])
    expect(await metric('ironvoice_relay_journal_queued_lines')).toBe(0)
  })

  it('loses a line that the database refuses for its own sake, alone, and says so without its words', async () => {
    const { accountId } = account
    const gone = { accountId, conversationId: accountId }
    const [ref, other] = [await openTestCall(direct, account), await openTestCall(direct, await createTestAccount(direct))]
    journal.write(ref, [line(1, 'Hello'), { ...line(2, 'Poison'), passages: ['\0'] }, line(3, 'Bye')])
    journal.write(gone, [line(1, 'of a conversation that was erased')])
    journal.write(other, [line(1, 'Elsewhere')])
    await Promise.all([ref, gone, other].map(journal.flush))
    expect(await textsOf(ref)).toEqual(['Hello', 'Bye'])
    expect(await textsOf(other)).toEqual(['Elsewhere'])
    expect(await metric('ironvoice_relay_journal_lost_lines_total')).toBe(2)
    expect(await metric('ironvoice_relay_journal_queued_lines')).toBe(0)
    expect(logs.filter((entry) => entry.includes('is lost'))).toEqual([
      expect.stringContaining(ref.conversationId),
      expect.stringContaining(gone.conversationId),
    ])
    expect(logs.join()).not.toMatch(/Poison|erased/)
  })

  it('P-isolation: writes what many calls of several accounts say at once in few round trips, each in order and where it belongs', async () => {
    const accounts = [account, await createTestAccount(direct), await createTestAccount(direct)]
    const refs = await Promise.all(Array.from({ length: 12 }, (_, at) => openTestCall(direct, accounts[at % 3]!)))
    let roundTrips = 0
    const counted: Database = { ...direct, call: (...about) => direct.call(...about).finally(() => (roundTrips += 1)) as never }
    journal = createJournal({ database: counted, logger, metrics: createRelayMetrics((metrics = createMetrics('relay'))), clock: systemClock })
    for (let seq = 1; seq <= 30; seq += 1) for (const ref of refs) journal.write(ref, [line(seq, `${ref.callSid} ${seq}`)])
    await Promise.all(refs.map(journal.flush))
    for (const ref of refs) expect(await textsOf(ref)).toEqual(Array.from({ length: 30 }, (_, at) => `${ref.callSid} ${at + 1}`))
    expect(roundTrips).toBeLessThan(10)
    const rows = await execute(
      testDatabase.adminUrl,
      `select account_id as "accountId", count(*)::int as lines from message where conversation_id = any ($1) group by 1`,
      [refs.map(({ conversationId }) => conversationId)],
    )
    expect(rows).toHaveLength(3)
    expect(rows).toEqual(expect.arrayContaining(accounts.map(({ accountId }) => ({ accountId, lines: 120 }))))
  })

  it('lets nobody else wait for a conversation that somebody holds, and writes its lines once it is let go', async () => {
    const [held, free, other] = [await openTestCall(direct, account), await openTestCall(direct, account), await openTestCall(direct, await createTestAccount(direct))]
    const holder = new pg.Client({ connectionString: testDatabase.adminUrl })
    await holder.connect()
    await holder.query('begin')
    await holder.query('select from conversation where id = $1 for update', [held.conversationId])
    journal.write(held, [line(1, 'held')])
    journal.write(free, [line(1, 'free')])
    journal.write(other, [line(1, 'other')])
    await Promise.all([free, other].map(journal.flush))
    expect([await textsOf(held), await textsOf(free), await textsOf(other)]).toEqual([[], ['free'], ['other']])
    await holder.end()
    await journal.flush(held)
    expect(await textsOf(held)).toEqual(['held'])
    expect(await metric('ironvoice_relay_journal_lost_lines_total')).toBe(0)
  })

  it('P-calls: killed at any moment, has of every call all lines up to some line', async () => {
    const accounts = [account, await createTestAccount(direct)]
    const refs = await Promise.all(Array.from({ length: 6 }, (_, at) => openTestCall(direct, accounts[at % 2]!)))
    const child = spawn(process.execPath, ['test/kit/journaling-process.ts', testDatabase.appUrl, JSON.stringify(refs)], { env: { PATH: process.env.PATH }, stdio: 'inherit' })
    children.push(child)
    const exited = once(child, 'exit')
    await until(async () => (await textsOf(refs[0]!)).length > 100)
    child.kill('SIGKILL')
    await exited
    for (const ref of refs) {
      const texts = await textsOf(ref)
      expect(texts.length).toBeGreaterThan(0)
      expect(texts).toEqual(texts.map((_, at) => `${at + 1}`))
    }
  })

  it('says that a message is kept only when it is', async () => {
    const ref = await openTestCall(direct, account)
    const message = { callerName: 'Ada', callbackNumber: '', text: 'Call me back.', urgency: 'normal' as const }
    proxy.cut()
    await expect(journal.keepMessage(ref, 'm-1', message)).rejects.toMatchObject({ code: 'database-unavailable' })
    proxy.mend()
    await until(() => journal.keepMessage(ref, 'm-1', message).then(() => true, () => false))
    await journal.keepMessage(ref, 'm-1', message)
    expect(await textsOf(ref)).toEqual(['Call me back.'])
  })

  it('lets one of many claim a recording', async () => {
    const ref = await openTestCall(direct, account)
    const claims = await Promise.all([1, 2, 3].map(() => journal.claimRecording(ref)))
    expect(claims.filter(Boolean)).toHaveLength(1)
    expect(await journal.setRecording(ref, { state: 'objected' })).toBe('objected')
    expect(await journal.setRecording(ref, { state: 'started', recordingSid: `RE${'1'.repeat(32)}` })).toBe('objected')
    expect(await createCalls(direct).recording(ref)).toEqual({ state: 'objected', recordingSid: `RE${'1'.repeat(32)}` })
  })
})
