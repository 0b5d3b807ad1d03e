import { randomUUID } from 'node:crypto'
import { createTestAccount, openTestCall } from '../test/kit/account.ts'
import type { TestDatabase } from '../test/kit/database.ts'
import { createTestDatabase } from '../test/kit/database.ts'
import { execute } from '../test/kit/sql.ts'
import type { Database } from './database.ts'
import { createDatabase } from './database.ts'
import type { Settlement, WrapUps } from './wrap-ups.ts'
import { createWrapUps } from './wrap-ups.ts'

let server: TestDatabase
let database: Database
let wrapUps: WrapUps
let account: { accountId: string; number: string }

beforeAll(async () => {
  server = await createTestDatabase()
  database = await createDatabase({ url: server.appUrl, poolSize: 5 })
  wrapUps = createWrapUps(database)
  account = await createTestAccount(database)
})

afterAll(async () => {
  await database.close()
  await server.drop()
})

const twentyTimes = <T>(work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: 20 }, (_, index) => work(index)))
const atMs = 1_800_000_000_123
const settlement = (changes: Partial<Settlement> = {}): Settlement => ({
  outcome: 'answered',
  summary: 'Asked about helmets.',
  tasks: [
    { text: 'Send the price list', urgency: 'normal' },
    { text: 'Check the stock', urgency: 'low' },
  ],
  gaps: ['Do you rent bicycles?'],
  atMs,
  ...changes,
})

it('P-calls: a fresh call is known by its facts, with nothing settled', async () => {
  const ref = await openTestCall(database, account)
  expect(await wrapUps.load(ref)).toEqual({
    channel: 'call',
    externalId: ref.callSid,
    callerNumber: '+12065559999',
    calledNumber: account.number,
    startedAtMs: 1_700_000_000_000,
    endedAtMs: null,
    durationSeconds: null,
    recordingState: 'due',
    recordingSid: null,
    outcome: null,
    summary: null,
    isSummarised: false,
    isOwnerTold: false,
    isWrappedUp: false,
    knowledgeVersion: 1,
    tasks: [],
    gaps: [],
  })
  expect(await wrapUps.load({ ...ref, conversationId: randomUUID() })).toBeNull()
})

it('what came of a call is settled once, by whoever of twenty is first', async () => {
  const ref = await openTestCall(database, account)
  await twentyTimes((index) => wrapUps.settle(ref, settlement({ summary: `Attempt ${index}`, gaps: [`Gap ${index}`] })))
  const record = await wrapUps.load(ref)
  const winner = record?.summary?.replace('Attempt ', '')
  expect(record).toMatchObject({ outcome: 'answered', isSummarised: true, gaps: [`Gap ${winner}`] })
  expect(record?.tasks.map(({ text, kind, urgency }) => [kind, text, urgency])).toEqual([
    ['follow-up', 'Send the price list', 'normal'],
    ['follow-up', 'Check the stock', 'low'],
  ])
})

it('a settlement that fails half-way leaves nothing', async () => {
  const ref = await openTestCall(database, account)
  const gaps = ['fine', null as unknown as string]
  await expect(wrapUps.settle(ref, settlement({ gaps }))).rejects.toMatchObject({ code: 'internal' })
  expect(await wrapUps.load(ref)).toMatchObject({ outcome: null, isSummarised: false, tasks: [], gaps: [] })
})

it('a call that no model could summarise is settled all the same', async () => {
  const ref = await openTestCall(database, account)
  await wrapUps.settle(ref, settlement({ outcome: 'abandoned', summary: null, tasks: [], gaps: [] }))
  expect(await wrapUps.load(ref)).toMatchObject({ outcome: 'abandoned', summary: null, isSummarised: true })
})

it('P-usage: a call is metered once, by twenty attempts', async () => {
  const ref = await openTestCall(database, account)
  await twentyTimes((index) =>
    wrapUps.meter(ref, { kind: 'call', quantitySeconds: 61, occurredAtMs: atMs, atMs: atMs + index }),
  )
  const sql = 'select quantity_seconds, occurred_at from usage_record where conversation_id = $1'
  const records = await execute(server.adminUrl, sql, [ref.conversationId])
  expect(records).toEqual([{ quantity_seconds: 61, occurred_at: new Date(atMs) }])
})

it('the first time that the owner was told, and that all was done, is kept', async () => {
  const ref = await openTestCall(database, account)
  await twentyTimes((index) => wrapUps.markOwnerTold(ref, atMs + (index === 0 ? 0 : 60_000)))
  await wrapUps.markWrappedUp(ref, atMs)
  await wrapUps.markWrappedUp(ref, atMs + 1)
  expect(await wrapUps.load(ref)).toMatchObject({ isOwnerTold: true, isWrappedUp: true })
  const sql = 'select wrapped_up_at from conversation where id = $1'
  expect(await execute(server.adminUrl, sql, [ref.conversationId])).toEqual([{ wrapped_up_at: new Date(atMs) }])
})

it('due wrap-ups are found by an index of their own', async () => {
  const plan = await database.asDirectory(async (em) => {
    await em.execute('set local enable_seqscan = off')
    return em.execute<object[]>(`explain (costs off) select id from conversation
      where wrapped_up_at is null and wrap_up_due_at <= now() order by wrap_up_due_at limit 10`)
  })
  expect(JSON.stringify(plan)).toContain('conversation_due_wrap_up_index')
})
