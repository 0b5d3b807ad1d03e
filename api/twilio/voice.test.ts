import { createAccounts } from '../../db/accounts.ts'
import { createDatabase, type Database } from '../../db/database.ts'
import { callBounds } from '../../domain/call-bounds.ts'
import type { KnowledgeInput } from '../../domain/knowledge.ts'
import { securityHeaders } from '../../domain/security-headers.ts'
import { testKeyring, testKnowledge } from '../../test/kit/account.ts'
import { createTestDatabase, type TestDatabase } from '../../test/kit/database.ts'
import { newCallSid, nowhere, publicUrl, relayPublicUrl, startApi, type RunningApi } from '../../test/kit/running-api.ts'
import { execute } from '../../test/kit/sql.ts'

const nowMs = Date.UTC(2026, 10, 24, 20)
const caller = '+12065559999'

describe('POST /twilio/voice', () => {
  let testDatabase: TestDatabase
  let database: Database
  let api: RunningApi
  let lastNumber = 1_000

  beforeAll(async () => {
    testDatabase = await createTestDatabase()
    database = await createDatabase({ url: testDatabase.appUrl })
    api = await startApi({ databaseUrl: testDatabase.appUrl, temporalAddress: nowhere, nowMs })
  })
  afterAll(async () => {
    await api.stop()
    await database.close()
    await testDatabase.drop()
  })

  async function openAccount(changes: Partial<KnowledgeInput> = {}) {
    const number = `+1206555${(lastNumber += 1)}`
    const accountId = await createAccounts(database, testKeyring).create({
      companyName: 'Harbour Bicycles',
      ownerEmail: 'owner@harbour-bicycles.example',
      numbers: [number],
      knowledge: testKnowledge(changes),
    })
    return { accountId, number }
  }

  async function ring(to: string, from = caller, CallSid = newCallSid()) {
    const response = await api.post('/twilio/voice', { CallSid, From: from, To: to, CallStatus: 'ringing', Direction: 'inbound' })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/xml; charset=utf-8'])
    return response.text()
  }
  const tokenIn = (xml: string) => /<Parameter name="token" value="([^"]+)"\/>/.exec(xml)?.[1] ?? ''
  const rowsOf = (callSid: string) =>
    execute<Record<string, unknown>>(
      testDatabase.adminUrl,
      `select account_id, id, called_number, caller_number, contact_id, knowledge_version, recording_state, outcome,
              (extract(epoch from started_at) * 1000)::float as started, (extract(epoch from wrap_up_due_at) * 1000)::float as due
         from conversation where external_id = $1`,
      [callSid],
    )

  it('P-calls, P-ai, P-consent: connects the call to the relay, disclosure first, and has written the call down', async () => {
    const { accountId, number } = await openAccount()
    const callSid = newCallSid()
    const xml = await ring(number, caller, callSid)
    const token = tokenIn(xml)
    expect(xml.replace(token, 'TOKEN').replace(/ hints="[^"]*"/, '')).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="en-US">This call is recorded.</Say>' +
        `<Connect action="${publicUrl}/twilio/voice/action" method="POST"><ConversationRelay url="${relayPublicUrl}/voice" ` +
        'welcomeGreeting="Harbour Bicycles, how can I help?" language="en-US" ttsProvider="ElevenLabs" ' +
        'transcriptionProvider="Deepgram" speechModel="flux" eotThreshold="0.7" partialPrompts="true" interruptible="any" ' +
        'welcomeGreetingInterruptible="any" interruptSensitivity="medium" ignoreBackchannel="true" ' +
        'reportInputDuringAgentSpeech="none" dtmfDetection="true" events="speaker-events tokens-played" ' +
        'applicationReconnect="true"><Parameter name="token" value="TOKEN"/></ConversationRelay></Connect></Response>',
    )
    const [row] = await rowsOf(callSid)
    expect(row).toMatchObject({
      account_id: accountId,
      called_number: number,
      caller_number: caller,
      contact_id: expect.any(String),
      knowledge_version: 1,
      recording_state: 'due',
      started: nowMs,
      due: nowMs + callBounds.lostCallAfterMs,
    })
    await expect(api.relayTokens.verify(token, nowMs)).resolves.toEqual({
      accountId,
      conversationId: row!.id,
      callSid,
      mode: 'normal',
      tokenId: expect.any(String),
    })
  })

  it('P-consent: says what the tenant configured: its words in its language, ours where it gave none, or nothing', async () => {
    const spanish = { voice: { language: 'es-MX' }, greeting: 'Hola' }
    const own = await openAccount({ ...spanish, disclosure: { isSpoken: true, text: 'Grabamos & guardamos.' } })
    expect(await ring(own.number)).toContain('<Response><Say language="es-MX">Grabamos &amp; guardamos.</Say><Connect')
    const ours = await openAccount({ ...spanish, disclosure: { isSpoken: true, text: ' ' } })
    expect(await ring(ours.number)).toMatch(/<Response><Say language="es-MX">[^<]*grabada[^<]*<\/Say><Connect/)
    const none = await openAccount({ ...spanish, disclosure: { isSpoken: false, text: 'Grabamos.' } })
    expect(await ring(none.number)).toMatch(/<Response><Connect/)
  })

  it('P-consent: a tenant that turned recording off has no recording due', async () => {
    const { number } = await openAccount({ recording: { isEnabled: false } })
    const callSid = newCallSid()
    await ring(number, caller, callSid)
    expect(await rowsOf(callSid)).toMatchObject([{ recording_state: 'off' }])
  })

  it('the same call 20 times at once is one conversation, each answer with a token of its own', async () => {
    const { number } = await openAccount()
    const callSid = newCallSid()
    const answers = await Promise.all(Array.from({ length: 20 }, () => ring(number, caller, callSid)))
    const claims = await Promise.all(answers.map((xml) => api.relayTokens.verify(tokenIn(xml), nowMs)))
    expect(new Set(claims.map(({ conversationId }) => conversationId)).size).toBe(1)
    expect(new Set(claims.map(({ tokenId }) => tokenId)).size).toBe(20)
    expect(await rowsOf(callSid)).toHaveLength(1)
  })

  it.each(['anonymous', '+266696687', '+7378742833', 'sip:someone@example.com', ''])(
    'a caller without a number (%s) is served, and is no contact',
    async (from) => {
      const { number } = await openAccount()
      const callSid = newCallSid()
      await ring(number, from, callSid)
      expect(await rowsOf(callSid)).toMatchObject([{ contact_id: null }])
    },
  )

  it.each([
    ['a number that nobody has', async () => '+12065550000'],
    ['no phone number', async () => 'sip:us@example.com'],
    ['SQL', async () => "' or true --"],
    ['a suspended account', async () => closedAccount('suspended')],
    ['a closed account', async () => closedAccount('closed')],
    ['a number given up', async () => givenUp()],
  ])('%s is told so in words, and nothing is stored', async (_, to) => {
    const callSid = newCallSid()
    expect(await ring(await to(), caller, callSid)).toMatch(/<Response><Say language="en-US">[^<]+<\/Say><Hangup\/><\/Response>$/)
    expect(await rowsOf(callSid)).toEqual([])
  })

  async function closedAccount(status: string): Promise<string> {
    const { accountId, number } = await openAccount()
    await execute(testDatabase.adminUrl, 'update account set status = $2 where id = $1', [accountId, status])
    return number
  }
  async function givenUp(): Promise<string> {
    const { number } = await openAccount()
    await execute(testDatabase.adminUrl, 'update phone_number set is_active = false where e164 = $1', [number])
    return number
  }

  it('P-isolation: greets in the words of the tenant that was called, as last published', async () => {
    const [one, other] = [await openAccount({ greeting: 'One.' }), await openAccount({ greeting: 'Other.' })]
    expect(await ring(one.number)).toContain('welcomeGreeting="One."')
    expect(await ring(other.number)).toContain('welcomeGreeting="Other."')
    await createAccounts(database, testKeyring).publishKnowledge(one.accountId, testKnowledge({ greeting: 'New.' }))
    expect(await ring(one.number)).toContain('welcomeGreeting="New."')
  })

  it('P-headers: what we did not foresee is a coded 500 with all headers, which says nothing of what is inside', async () => {
    const { accountId, number } = await openAccount()
    const broken = `update knowledge_version set content = '{"greeting":"Marguerite"}' where account_id = $1`
    await execute(testDatabase.adminUrl, broken, [accountId])
    const response = await api.post('/twilio/voice', { CallSid: newCallSid(), From: caller, To: number })
    expect([response.status, await response.json()]).toEqual([
      500,
      { type: 'about:blank', title: 'Internal Server Error', status: 500, code: 'internal' },
    ])
    for (const name of Object.keys(securityHeaders)) expect(response.headers.has(name)).toBe(true)
    expect(api.logs.join('')).toMatch(/"code":"internal","route":"\/twilio\/voice","kind":"ZodError"/)
  })

  it('writes no caller down in its logs', () => {
    expect(api.logs.join('')).not.toContain('Marguerite')
    expect(api.logs.join('')).not.toContain(caller.slice(2))
  })
})
