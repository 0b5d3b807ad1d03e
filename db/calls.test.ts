import { randomUUID } from 'node:crypto'
import { createTestAccount, openTestCall } from '../test/kit/account.ts'
import type { TestDatabase } from '../test/kit/database.ts'
import { createTestDatabase } from '../test/kit/database.ts'
import { execute } from '../test/kit/sql.ts'
import { callBounds } from '../domain/call-bounds.ts'
import type { Calls, NewCall } from './calls.ts'
import { createCalls } from './calls.ts'
import type { Database } from './database.ts'
import { createDatabase } from './database.ts'
import type { Directory } from './directory.ts'
import { createDirectory } from './directory.ts'
import { createTranscripts } from './transcripts.ts'
import { createWrapUps } from './wrap-ups.ts'

let server: TestDatabase
let database: Database
let calls: Calls
let directory: Directory
let account: { accountId: string; number: string }

beforeAll(async () => {
  server = await createTestDatabase()
  database = await createDatabase({ url: server.appUrl, poolSize: 5 })
  calls = createCalls(database)
  directory = createDirectory(database)
  account = await createTestAccount(database)
})

afterAll(async () => {
  await database.close()
  await server.drop()
})

const twentyTimes = <T>(work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: 20 }, (_, index) => work(index)))
const startedAtMs = 1_800_000_000_123
const aCall = (changes: Partial<NewCall> = {}): NewCall => ({
  accountId: account.accountId,
  callSid: `CA${randomUUID().replaceAll('-', '')}`,
  from: '+12065551234',
  to: account.number,
  direction: 'inbound',
  knowledgeVersion: 1,
  recordingState: 'due',
  startedAtMs,
  ...changes,
})
const refOf = ({ accountId }: { accountId: string }, { conversationId }: { conversationId: string }) => ({
  accountId,
  conversationId,
})

describe('opening a call', () => {
  it('twenty webhooks at once open one conversation, for one contact', async () => {
    const call = aCall({ from: '+12065550001' })
    const opened = await twentyTimes(() => calls.open(call))
    expect(opened.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(new Set(opened.map(({ conversationId }) => conversationId)).size).toBe(1)
    const again = await calls.open(aCall({ from: '+12065550001' }))
    expect(again.isNew).toBe(true)
    const contacts = await execute(server.adminUrl, "select id from contact where phone = '+12065550001'")
    expect(contacts).toHaveLength(1)
  })

  it('keeps a withheld number as it is, and makes no contact of it', async () => {
    const { conversationId } = await calls.open(aCall({ from: 'anonymous' }))
    const ref = refOf(account, { conversationId })
    expect(await createWrapUps(database).load(ref)).toMatchObject({ callerNumber: 'anonymous' })
    await calls.optOutContact(ref, startedAtMs)
    expect(await execute(server.adminUrl, "select id from contact where phone = 'anonymous'")).toEqual([])
  })

  it('writes down with the call when its wrap-up is due at the latest; its end makes it due at once', async () => {
    const call = aCall()
    const { conversationId } = await calls.open(call)
    const ref = refOf(account, { conversationId })
    const lost = startedAtMs + callBounds.lostCallAfterMs
    const mine = { ...ref, externalId: call.callSid }
    expect(await directory.listDueWrapUps(lost - 1, 1_000)).not.toContainEqual(mine)
    expect(await directory.listDueWrapUps(lost, 1_000)).toContainEqual(mine)
    await calls.reportEnd(ref, { atMs: startedAtMs + 5_000 })
    expect(await directory.listDueWrapUps(startedAtMs + 4_999, 1_000)).not.toContainEqual(mine)
    expect(await directory.listDueWrapUps(startedAtMs + 5_000, 1_000)).toContainEqual(mine)
    await createWrapUps(database).markWrappedUp(ref, startedAtMs + 6_000)
    expect(await directory.listDueWrapUps(lost, 1_000)).not.toContainEqual(mine)
    expect(await directory.findConversationByExternalId('call', call.callSid)).toEqual({ ...ref, isWrappedUp: true })
  })

  it('is refused for a version of the knowledge that there isn’t', async () => {
    await expect(calls.open(aCall({ knowledgeVersion: 99 }))).rejects.toMatchObject({ code: 'internal' })
  })
})

describe('a relay token', () => {
  it('is claimed by one of twenty sessions; the others are refused', async () => {
    const ref = await openTestCall(database, account)
    const claim = (sessionId: string) => ({ ...ref, tokenId: randomUUID(), sessionId, atMs: startedAtMs, isExpired: false })
    const one = claim('')
    const answers = await twentyTimes((index) => calls.claimRelaySession({ ...one, sessionId: `VX${index}` }))
    expect(answers.toSorted()).toEqual(['claimed', ...Array.from({ length: 19 }, () => 'refused')])
    expect(await calls.claimRelaySession(claim('VX restored'))).toBe('claimed')
  })

  it('lets the same session reconnect, in the same conversation only', async () => {
    const ref = await openTestCall(database, account)
    const other = await openTestCall(database, account)
    const claim = { ...ref, tokenId: randomUUID(), sessionId: 'VX1', atMs: startedAtMs, isExpired: false }
    const answers = await twentyTimes(() => calls.claimRelaySession(claim))
    expect(answers.toSorted()).toEqual(['claimed', ...Array.from({ length: 19 }, () => 'resumed')])
    expect(await calls.claimRelaySession({ ...claim, conversationId: other.conversationId })).toBe('refused')
    expect(await calls.claimRelaySession({ ...claim, conversationId: randomUUID() })).toBe('refused')
  })

  it('is good for the session that used it, and for nothing else, once its time is over', async () => {
    const ref = await openTestCall(database, account)
    const claim = { ...ref, tokenId: randomUUID(), sessionId: 'VX1', atMs: startedAtMs, isExpired: true }
    expect(await calls.claimRelaySession(claim)).toBe('refused')
    expect(await calls.claimRelaySession({ ...claim, isExpired: false })).toBe('claimed')
    expect(await calls.claimRelaySession(claim)).toBe('resumed')
    expect(await calls.claimRelaySession({ ...claim, sessionId: 'VX2' })).toBe('refused')
  })
})

describe('a recording', () => {
  it('is started by one of twenty', async () => {
    const ref = await openTestCall(database, account)
    expect((await twentyTimes(() => calls.claimRecording(ref))).filter(Boolean)).toHaveLength(1)
    expect(await calls.recording(ref)).toEqual({ state: 'starting', recordingSid: null })
  })

  it('stays objected to, whatever is reported later; its SID is kept, so that it can be deleted', async () => {
    const ref = await openTestCall(database, account)
    await calls.claimRecording(ref)
    expect(await calls.setRecording(ref, { state: 'objected' })).toBe('objected')
    expect(await calls.setRecording(ref, { state: 'started', recordingSid: 'RE1' })).toBe('objected')
    expect(await calls.setRecording(ref, { state: 'stored' })).toBe('objected')
    expect(await calls.recording(ref)).toEqual({ state: 'objected', recordingSid: 'RE1' })
  })

  it('goes the way from due to deleted, and not back', async () => {
    const ref = await openTestCall(database, account)
    for (const state of ['starting', 'started', 'stored', 'deleted'] as const) {
      expect(await calls.setRecording(ref, { state })).toBe(state)
    }
    for (const state of ['due', 'starting', 'started', 'stored', 'missing', 'off'] as const) {
      expect(await calls.setRecording(ref, { state })).toBe('deleted')
    }
  })

  it('of no conversation is not found', async () => {
    const ref = { accountId: account.accountId, conversationId: randomUUID() }
    await expect(calls.setRecording(ref, { state: 'started' })).rejects.toMatchObject({ code: 'not-found' })
    expect(await calls.recording(ref)).toBeNull()
    expect(await calls.claimRecording(ref)).toBe(false)
  })
})

it('the end of a call: of each fact the first report is kept, whoever comes later', async () => {
  const ref = await openTestCall(database, account)
  await calls.reportEnd(ref, { atMs: startedAtMs })
  await twentyTimes(() => calls.reportEnd(ref, { endedAtMs: startedAtMs + 1_000, atMs: startedAtMs + 2_000 }))
  await calls.reportEnd(ref, { endedAtMs: startedAtMs + 9_000, durationSeconds: 61, atMs: startedAtMs + 9_000 })
  await calls.reportEnd(ref, { durationSeconds: 99, atMs: startedAtMs + 9_000 })
  const record = await createWrapUps(database).load(ref)
  expect(record).toMatchObject({ endedAtMs: startedAtMs + 1_000, durationSeconds: 61 })
})

it('a contact that opts out stays so from the first time', async () => {
  const { conversationId } = await calls.open(aCall({ from: '+12065550002' }))
  const ref = refOf(account, { conversationId })
  await calls.optOutContact(ref, startedAtMs)
  await calls.optOutContact(ref, startedAtMs + 1_000)
  const sql = "select opted_out_at from contact where phone = '+12065550002'"
  expect(await execute(server.adminUrl, sql)).toEqual([{ opted_out_at: new Date(startedAtMs) }])
  const lines = await createTranscripts(database).read(ref)
  expect(lines).toMatchObject([{ event: 'contact-opted-out', atMs: startedAtMs }])
})
