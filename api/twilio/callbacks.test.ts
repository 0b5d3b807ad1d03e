import { Client, Connection } from '@temporalio/client'
import { createCalls } from '../../db/calls.ts'
import { createDatabase, type Database } from '../../db/database.ts'
import { wrapUpWorkflowId } from '../../domain/workflow-names.ts'
import { createTestAccount } from '../../test/kit/account.ts'
import { createDatabaseProxy } from '../../test/kit/database-proxy.ts'
import { createTestDatabase, type TestDatabase } from '../../test/kit/database.ts'
import { newCallSid, nowhere, startApi, type RunningApi } from '../../test/kit/running-api.ts'
import { execute } from '../../test/kit/sql.ts'
import { temporalAddress } from '../../test/kit/temporal.ts'
import { until } from '../../test/kit/until.ts'

const nowMs = Date.UTC(2026, 10, 24, 20)
const recordingSid = `RE${'a'.repeat(32)}`

type Callback = [path: string, fields: Record<string, string>]
const over = { CallStatus: 'completed' }
const status: Callback = ['/twilio/voice/status', { ...over, CallDuration: '61', Timestamp: 'Tue, 24 Nov 2026 19:59:58 +0000' }]
const action: Callback = ['/twilio/voice/action', { ...over, SessionId: 'VX1', SessionStatus: 'completed', SessionDuration: '60' }]
const recording: Callback = ['/twilio/recording', { RecordingSid: recordingSid, RecordingStatus: 'completed', RecordingDuration: '60' }]

describe('the callbacks after a call', () => {
  let testDatabase: TestDatabase
  let database: Database
  let api: RunningApi
  let connection: Connection
  let temporal: Client
  let account: { accountId: string; number: string }

  beforeAll(async () => {
    testDatabase = await createTestDatabase()
    database = await createDatabase({ url: testDatabase.appUrl })
    api = await startApi({ databaseUrl: testDatabase.appUrl, temporalAddress: temporalAddress(), nowMs })
    connection = await Connection.connect({ address: temporalAddress() })
    temporal = new Client({ connection })
    account = await createTestAccount(database)
  })
  afterAll(async () => {
    await api.stop()
    await connection.close()
    await database.close()
    await testDatabase.drop()
  })

  async function openCall() {
    const callSid = newCallSid()
    const { accountId, number: to } = account
    const call = { accountId, callSid, from: '+12065559999', to, direction: 'inbound', knowledgeVersion: 1 } as const
    const { conversationId } = await createCalls(database).open({ ...call, recordingState: 'due', startedAtMs: nowMs - 62_000 })
    return { callSid, ref: { accountId, conversationId } }
  }
  const deliver = async (callSid: string, [path, fields]: Callback, to = api) => {
    const response = await to.post(path, { CallSid: callSid, From: '+12065559999', To: account.number, ...fields })
    expect(response.status).toBe(path === '/twilio/voice/action' ? 200 : 204)
    await response.text()
  }
  /** Everything of the call that a callback could have changed. */
  async function stateOf(callSid: string) {
    const [row] = await execute<Record<string, unknown>>(
      testDatabase.adminUrl,
      `select to_jsonb(c) - 'id' - 'external_id' as row, (select count(*)::int from message m where m.conversation_id = c.id) as lines
         from conversation c where external_id = $1`,
      [callSid],
    )
    return row
  }
  const wrapUpOf = (callSid: string) => temporal.workflow.getHandle(wrapUpWorkflowId(callSid))
  const runOf = async (callSid: string) => {
    const { runId, status, type } = await wrapUpOf(callSid).describe()
    return { runId, status: status.name, type }
  }
  const isStarted = (callSid: string) => runOf(callSid).then(() => true, () => false)
  const end = (callSid: string) => wrapUpOf(callSid).terminate()

  it('each alone starts the wrap-up, after the end is in the row', async () => {
    for (const callback of [status, action, recording]) {
      const { callSid } = await openCall()
      await deliver(callSid, callback)
      expect(await runOf(callSid)).toMatchObject({ type: 'wrapUpConversation', status: 'RUNNING' })
      expect(await stateOf(callSid)).toMatchObject({ row: { wrap_up_due_at: '2026-11-24T20:00:00+00:00' } })
      await end(callSid)
    }
  })

  it('one to five times each, in any order, 20 at once: the state of each once, in order, and one run', async () => {
    const inOrder = await openCall()
    for (const callback of [action, status, recording]) await deliver(inOrder.callSid, callback)
    const expected = await stateOf(inOrder.callSid)
    expect(expected).toMatchObject({ row: { duration_seconds: 61, ended_at: '2026-11-24T19:59:58+00:00' }, lines: 0 })
    await end(inOrder.callSid)

    const orders = [
      [status, action, recording, status, recording],
      [recording, recording, recording, action, status, action],
      Array.from({ length: 20 }, (_, index) => [status, action, recording][index % 3]!),
    ]
    for (const callbacks of orders) {
      const { callSid } = await openCall()
      await Promise.all(callbacks.map((callback) => deliver(callSid, callback)))
      expect(await stateOf(callSid)).toEqual(expected)
      const { runId } = await runOf(callSid)
      await end(callSid)
      await deliver(callSid, status)
      expect(await stateOf(callSid)).toEqual(expected)
      expect(await runOf(callSid)).toMatchObject({ runId, status: 'TERMINATED' })
    }
  })

  it.each<[string, Callback]>([
    ['a state on the way', ['/twilio/voice/status', { CallStatus: 'in-progress' }]],
    ['a recording that goes on', ['/twilio/recording', { RecordingSid: recordingSid, RecordingStatus: 'in-progress' }]],
  ])('%s starts nothing', async (_, callback) => {
    const { callSid } = await openCall()
    const before = await stateOf(callSid)
    await deliver(callSid, callback)
    expect(await stateOf(callSid)).toEqual(before)
    expect(await isStarted(callSid)).toBe(false)
  })

  it('a recording that was objected to, and stopped, while the call goes on starts nothing; after the end it does', async () => {
    const { callSid, ref } = await openCall()
    await createCalls(database).setRecording(ref, { state: 'objected', recordingSid })
    const before = await stateOf(callSid)
    await deliver(callSid, recording)
    expect(await stateOf(callSid)).toEqual(before)
    expect(await isStarted(callSid)).toBe(false)
    await createCalls(database).reportEnd(ref, { endedAtMs: nowMs, atMs: nowMs })
    await deliver(callSid, recording)
    expect(await isStarted(callSid)).toBe(true)
    await end(callSid)
  })

  it('a call that we never took is no matter', async () => {
    for (const callback of [status, recording]) await deliver(newCallSid(), callback)
  })

  it('the database away: each is refused, and when it is back the end is in the row all the same, and the wrap-up started', async () => {
    const proxy = await createDatabaseProxy(testDatabase.appUrl)
    const alone = await startApi({ databaseUrl: proxy.url, temporalAddress: temporalAddress(), nowMs })
    const waiting = async () => /ironvoice_call_reports_waiting\S* (\d+)/.exec(await (await fetch(`${alone.origin}/metrics`)).text())?.[1]
    const calls = await Promise.all([status, action, recording].map(async (callback) => ({ ...(await openCall()), callback })))
    proxy.cut()
    for (const { callSid, callback } of calls) {
      const [path, fields] = callback
      expect((await alone.post(path, { CallSid: callSid, ...fields })).status).toBe(503)
    }
    expect(await waiting()).toBe('3')
    proxy.mend()
    for (const { callSid } of calls) {
      await until(() => isStarted(callSid))
      expect(await stateOf(callSid)).toMatchObject({ row: { wrap_up_due_at: '2026-11-24T20:00:00+00:00' } })
      await end(callSid)
    }
    expect(await stateOf(calls[0]!.callSid)).toMatchObject({ row: { duration_seconds: 61, ended_at: '2026-11-24T19:59:58+00:00' } })
    await until(async () => (await waiting()) === '0')
    await alone.stop()
    proxy.stop()
  })

  it('Temporal away: Twilio hears that all is well, and the row says what is due', async () => {
    const alone = await startApi({ databaseUrl: testDatabase.appUrl, temporalAddress: nowhere, nowMs })
    const { callSid } = await openCall()
    await deliver(callSid, status, alone)
    expect(await stateOf(callSid)).toMatchObject({ row: { wrap_up_due_at: '2026-11-24T20:00:00+00:00', ended_at: '2026-11-24T19:59:58+00:00' } })
    const metrics = await (await fetch(`${alone.origin}/metrics`)).text()
    expect(metrics).toMatch(/ironvoice_wrap_up_starts_total\{result="left-to-sweeper"[^}]*\} 1/)
    await alone.stop()
  })
})
