import { randomUUID } from 'node:crypto'
import { createAccounts } from '../../db/accounts.ts'
import { createCalls } from '../../db/calls.ts'
import { createDatabase, type Database } from '../../db/database.ts'
import { createTranscripts } from '../../db/transcripts.ts'
import type { ConversationRef } from '../../domain/conversation.ts'
import type { KnowledgeInput } from '../../domain/knowledge.ts'
import { testKeyring, testKnowledge } from '../../test/kit/account.ts'
import { createTestDatabase, type TestDatabase } from '../../test/kit/database.ts'
import { newCallSid, nowhere, publicUrl, relayPublicUrl, signatureFor, startApi, type Fields, type RunningApi } from '../../test/kit/running-api.ts'
import { execute } from '../../test/kit/sql.ts'

// A Tuesday, noon in Los Angeles; the business is open from nine to five.
const noonMs = Date.UTC(2026, 10, 24, 20)
const human = '+12125550123'
const sorry = /<Response><Say language="en-US">[^<]+<\/Say><Hangup\/><\/Response>$/

describe('POST /twilio/voice/action', () => {
  let testDatabase: TestDatabase
  let database: Database
  let api: RunningApi
  let lastNumber = 2_000

  beforeAll(async () => {
    testDatabase = await createTestDatabase()
    database = await createDatabase({ url: testDatabase.appUrl })
    api = await startApi({ databaseUrl: testDatabase.appUrl, temporalAddress: nowhere, nowMs: noonMs })
  })
  afterAll(async () => {
    await api.stop()
    await database.close()
    await testDatabase.drop()
  })

  const wasWithRelay = ({ ref }: TestCall) =>
    createCalls(database).claimRelaySession({ ...ref, tokenId: randomUUID(), sessionId: 'VX1', atMs: noonMs, isExpired: false })

  interface TestCall {
    ref: ConversationRef
    /** What Twilio sends with everything. */
    fields: Record<string, string>
  }
  async function openCall(changes: Partial<KnowledgeInput> = {}): Promise<TestCall> {
    const number = `+1206555${(lastNumber += 1)}`
    const knowledge = testKnowledge({ transfer: { number: human, when: 'always' }, ...changes })
    const account = { companyName: 'Harbour', ownerEmail: 'o@harbour.example', numbers: [number], knowledge }
    const accountId = await createAccounts(database, testKeyring).create(account)
    const callSid = newCallSid()
    const call = { accountId, callSid, from: '+12065559999', to: number, direction: 'inbound' } as const
    const { conversationId } = await createCalls(database).open({
      ...call,
      knowledgeVersion: 1,
      recordingState: 'due',
      startedAtMs: noonMs - 60_000,
    })
    const fields = { CallSid: callSid, CallStatus: 'in-progress', From: call.from, To: number, SessionId: 'VX1', SessionDuration: '60' }
    return { ref: { accountId, conversationId }, fields }
  }

  async function report(fields: Fields, query = ''): Promise<string> {
    const response = await api.post(`/twilio/voice/action${query}`, fields)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/xml; charset=utf-8'])
    return response.text()
  }
  const handoff = (reason: string) => ({ SessionStatus: 'ended', HandoffData: JSON.stringify({ reason }) })
  const eventsOf = async ({ ref }: TestCall) => (await createTranscripts(database).read(ref)).map(({ event }) => event)
  const dueOf = async ({ ref }: TestCall) => {
    const sql = 'select (extract(epoch from wrap_up_due_at) * 1000)::float as due, ended_at from conversation where id = $1'
    const [row] = await execute<{ due: number; ended_at: Date | null }>(testDatabase.adminUrl, sql, [ref.conversationId])
    return row!
  }
  async function expectConnected(xml: string, call: TestCall, mode: string, action: string) {
    expect(xml).toContain(`<Response><Connect action="${publicUrl}${action}" method="POST"><ConversationRelay `)
    expect(xml).toContain(` url="${relayPublicUrl}/voice${mode === 'normal' ? '' : '/again'}" `)
    const token = /name="token" value="([^"]+)"/.exec(xml)![1]!
    const claims = { ...call.ref, callSid: call.fields.CallSid, mode }
    await expect(api.relayTokens.verify(token, noonMs)).resolves.toMatchObject(claims)
  }

  it('the receptionist ended the call: hangs up', async () => {
    const call = await openCall()
    expect(await report({ ...call.fields, ...handoff('end') })).toMatch(/<Response><Hangup\/><\/Response>$/)
    expect(await eventsOf(call)).toEqual([])
  })

  it.each(['', 'not json', '[]', '{"reason":"hack"}', '{"reason":["transfer"]}', 'null'])('hand-off data that says nothing (%s): hangs up', async (HandoffData) => {
    const call = await openCall()
    expect(await report({ ...call.fields, SessionStatus: 'ended', HandoffData })).toMatch(/<Response><Hangup\/><\/Response>$/)
  })

  it.each<[string, Partial<KnowledgeInput>]>([
    ['always', {}],
    ['in opening hours', { transfer: { number: human, when: 'open-hours' } }],
  ])('a human is wanted and may be rung %s: rings, and keeps that it did, once', async (_, changes) => {
    const call = await openCall(changes)
    const answers = await Promise.all(Array.from({ length: 5 }, () => report({ ...call.fields, ...handoff('transfer') })))
    for (const xml of answers) {
      expect(xml).toContain(
        `<Response><Dial timeout="20" action="${publicUrl}/twilio/voice/action" method="POST">${human}</Dial></Response>`,
      )
    }
    expect(await eventsOf(call)).toEqual(['transfer-requested'])
  })

  it.each<[string, Partial<KnowledgeInput>]>([
    ['never', { transfer: { number: human, when: 'never' } }],
    ['when the business is closed', { transfer: { number: human, when: 'open-hours' }, timeZone: 'Asia/Tokyo' }],
    ['anywhere', { transfer: { number: null, when: 'always' } }],
  ])('a human is wanted who may not be rung (%s): takes a message', async (_, changes) => {
    const call = await openCall(changes)
    const xml = await report({ ...call.fields, ...handoff('transfer') })
    await expectConnected(xml, call, 'take-message', '/twilio/voice/action')
    expect(await eventsOf(call)).toEqual(['transfer-unanswered'])
  })

  it.each(['no-answer', 'busy', 'failed', 'canceled'])('nobody answered (%s): takes a message', async (DialCallStatus) => {
    const call = await openCall()
    const fields = { ...call.fields, DialCallStatus, DialCallSid: newCallSid() }
    await expectConnected(await report(fields, '?restores=1'), call, 'take-message', '/twilio/voice/action?restores=1')
    await report(fields, '?restores=1')
    expect(await eventsOf(call)).toEqual(['transfer-unanswered'])
  })

  it('the business answered: hangs up when they are done, and keeps that they talked', async () => {
    const call = await openCall()
    const fields = { ...call.fields, DialCallStatus: 'completed', DialCallSid: newCallSid(), DialCallDuration: '61' }
    expect(await report(fields)).toMatch(/<Response><Hangup\/><\/Response>$/)
    expect(await eventsOf(call)).toEqual(['transfer-answered'])
  })

  it('the caller hung up while talking to the business: it was answered, and the call is over', async () => {
    const call = await openCall()
    await report({ ...call.fields, CallStatus: 'completed', DialCallStatus: 'completed', DialCallSid: newCallSid() })
    expect(await eventsOf(call)).toEqual(['transfer-answered'])
    expect(await dueOf(call)).toEqual({ due: noonMs, ended_at: null })
  })

  it('the model failed: apologises and rings, or says goodbye, in the language of the tenant', async () => {
    const ringable = await openCall({ voice: { language: 'de-DE' } })
    expect(await report({ ...ringable.fields, ...handoff('model-failed') })).toMatch(
      /<Response><Say language="de-DE">[^<]+<\/Say><Dial timeout="20" action="[^"]+" method="POST">\+12125550123<\/Dial><\/Response>$/,
    )
    const unringable = await openCall({ transfer: { number: null, when: 'never' } })
    expect(await report({ ...unringable.fields, ...handoff('model-failed') })).toMatch(sorry)
  })

  it('the session broke: is restored twice, then the business is rung, then it is over, whoever reports what how often', async () => {
    const call = await openCall()
    await wasWithRelay(call)
    const failed = { ...call.fields, SessionStatus: 'failed', ErrorCode: '64105', ErrorMessage: 'x' }
    for (const [query, action] of [['', '?restores=1'], ['?restores=1', '?restores=2']] as const) {
      const answers = await Promise.all([report(failed, query), report(failed, query)])
      for (const xml of answers) await expectConnected(xml, call, 'restored', `/twilio/voice/action${action}`)
    }
    const xml = await report(failed, '?restores=2')
    expect(xml).toContain(`action="${publicUrl}/twilio/voice/action?restores=3" method="POST">${human}</Dial>`)
    expect(await report({ ...call.fields, DialCallStatus: 'busy', DialCallSid: newCallSid() }, '?restores=3')).toMatch(sorry)
  })

  it('no relay took the call: it is tried as a new one twice more, the disclosure not said again, then the business is rung', async () => {
    const call = await openCall()
    const failed = { ...call.fields, SessionStatus: 'failed', ErrorCode: '64102', ErrorMessage: 'x' }
    for (const [query, action] of [['', '?restores=1'], ['?restores=1', '?restores=2']] as const) {
      await expectConnected(await report(failed, query), call, 'normal', `/twilio/voice/action${action}`)
    }
    expect(await report(failed, '?restores=2')).toContain(`method="POST">${human}</Dial>`)
  })

  it('the count of restores is Twilio\'s to carry, under its signature', async () => {
    const call = await openCall()
    const fields = { ...call.fields, SessionStatus: 'failed' }
    const signature = signatureFor(`${publicUrl}/twilio/voice/action?restores=2`, fields)
    const response = await api.post('/twilio/voice/action?restores=0', fields, { 'X-Twilio-Signature': signature })
    expect(response.status).toBe(403)
    for (const odd of ['?restores=-5', '?restores=x', '?restores=1&restores=2', '?restores=1e9']) {
      expect(await report(fields, odd)).toMatch(/<Connect|<Dial/)
    }
  })

  it('the caller hung up: the end is in the row, Temporal being away shows to nobody', async () => {
    const call = await openCall()
    const fields = { ...call.fields, CallStatus: 'completed', SessionStatus: 'completed' }
    expect(await report(fields)).toMatch(/<Response\/>$/)
    expect(await dueOf(call)).toEqual({ due: noonMs, ended_at: null })
    expect(await eventsOf(call)).toEqual([])
    expect(api.logs.join('')).toContain('left to the sweeper')
  })

  it('a call that we never took: apologises', async () => {
    expect(await report({ CallSid: newCallSid(), CallStatus: 'in-progress', SessionStatus: 'ended' })).toMatch(sorry)
  })
})
