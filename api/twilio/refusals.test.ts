import { createDatabase, type Database } from '../../db/database.ts'
import { securityHeaders } from '../../domain/security-headers.ts'
import { createTestAccount } from '../../test/kit/account.ts'
import { createTestDatabase, type TestDatabase } from '../../test/kit/database.ts'
import { newCallSid, nowhere, publicUrl, signatureFor, startApi, type Fields, type RunningApi } from '../../test/kit/running-api.ts'
import { execute } from '../../test/kit/sql.ts'

const webhooks = ['/twilio/voice', '/twilio/voice/status', '/twilio/voice/action', '/twilio/voice/fallback', '/twilio/recording']
const parsedWebhooks = webhooks.filter((path) => path !== '/twilio/voice/fallback')

describe('what the webhooks refuse', () => {
  let testDatabase: TestDatabase
  let database: Database
  let api: RunningApi
  let call: Record<string, string>

  beforeAll(async () => {
    testDatabase = await createTestDatabase()
    database = await createDatabase({ url: testDatabase.appUrl })
    api = await startApi({ databaseUrl: testDatabase.appUrl, temporalAddress: nowhere, nowMs: Date.UTC(2026, 10, 24, 20) })
    const { number } = await createTestAccount(database)
    call = {
      CallSid: newCallSid(),
      From: '+12065559999',
      To: number,
      CallStatus: 'completed',
      RecordingSid: `RE${'0'.repeat(32)}`,
      RecordingStatus: 'completed',
    }
  })
  afterAll(async () => {
    await api.stop()
    await database.close()
    await testDatabase.drop()
  })

  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const sendRaw = (path: string, body: string | null, headers: Record<string, string> = {}, method = 'POST') =>
    fetch(api.origin + path, { method, headers, ...(body !== null && { body }) })

  async function expectRefusal(response: Response, status: number, code: string) {
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const expected = { ...securityHeaders, 'Strict-Transport-Security': 'max-age=63072000; includeSubDomains' }
    for (const [name, value] of Object.entries(expected)) expect([name, response.headers.get(name)]).toEqual([name, value])
    if (response.headers.get('content-length') !== '0') expect(await response.json()).toMatchObject({ status, code })
    const [stored] = await execute<{ rows: number }>(
      testDatabase.adminUrl,
      'select (select count(*) from conversation)::int + (select count(*) from contact)::int + (select count(*) from message)::int as rows',
    )
    expect(stored!.rows).toBe(0)
  }

  describe.each(webhooks)('P-twilio-signature, P-headers: POST %s', (path) => {
    it.each<[string, (fields: Fields) => Record<string, string>]>([
      ['unsigned', () => ({ 'X-Twilio-Signature': '' })],
      ['signed with another token', (fields) => ({ 'X-Twilio-Signature': signatureFor(publicUrl + path, fields, 'another token') })],
      ['signed for another URL', (fields) => ({ 'X-Twilio-Signature': signatureFor(`${publicUrl}${path}?replayed=1`, fields) })],
      ['signed for another host', (fields) => ({ 'X-Twilio-Signature': signatureFor(`https://evil.test${path}`, fields) })],
      ['signed for other fields', (fields) => ({ 'X-Twilio-Signature': signatureFor(publicUrl + path, { ...fields, From: '+1' }) })],
      ['signed twice over', (fields) => ({ 'X-Twilio-Signature': Array(2).fill(signatureFor(publicUrl + path, fields)).join(', ') })],
    ])('%s: 403, nothing stored', async (_, headers) => {
      await expectRefusal(await api.post(path, call, headers(call)), 403, 'signature-invalid')
    })

    it('too large: 413, whether it says so or not', async () => {
      const huge = `CallSid=${'x'.repeat(65 * 1024)}`
      await expectRefusal(await sendRaw(path, huge, form), 413, 'request-too-large')
      const chunks = new ReadableStream({ start: (stream) => (stream.enqueue(new TextEncoder().encode(huge)), stream.close()) })
      const unannounced = { method: 'POST', headers: form, body: chunks, duplex: 'half' } as RequestInit
      await expectRefusal(await fetch(api.origin + path, unannounced), 413, 'request-too-large')
    })

    it.each([
      ['JSON', { 'Content-Type': 'application/json' }],
      ['text', { 'Content-Type': 'text/plain' }],
      ['multipart', { 'Content-Type': 'multipart/form-data; boundary=x' }],
      ['compressed', { ...form, 'Content-Encoding': 'gzip' }],
    ])('%s: 415', async (_, headers) => {
      await expectRefusal(await sendRaw(path, 'CallSid=1', headers), 415, 'media-type-unsupported')
    })

    it('nothing at all: 403', async () => {
      await expectRefusal(await sendRaw(path, null), 403, 'signature-invalid')
    })

    it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s: 405, and what is allowed', async (method) => {
      const response = await sendRaw(path, null, {}, method)
      expect(response.headers.get('allow')).toBe('POST')
      if (method !== 'HEAD') await expectRefusal(response, 405, 'method-not-allowed')
      else expect(response.status).toBe(405)
    })
  })

  describe.each(parsedWebhooks)('POST %s, signed', (path) => {
    it.each<[string, (fields: Record<string, string>) => Fields]>([
      ['a field twice', (fields) => [...Object.entries(fields), ['CallSid', newCallSid()]]],
      ['an unknown field twice', (fields) => [...Object.entries(fields), ['X', '1'], ['X', '2']]],
      ['a NUL in a value', (fields) => ({ ...fields, From: '+1206555\0' })],
      ['a NUL in a name', (fields) => ({ ...fields, 'a\0b': '1' })],
      ['no CallSid', (fields) => Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'CallSid'))],
      ['a CallSid of another kind', (fields) => ({ ...fields, CallSid: `SM${fields.CallSid!.slice(2)}` })],
      ['a huge CallSid', (fields) => ({ ...fields, CallSid: `CA${'0'.repeat(30_000)}` })],
      ['names that mean something to JavaScript', () => ({ __proto__: '1', constructor: '2', 'CallSid[$ne]': '3' })],
    ])('%s: 400', async (_, change) => {
      await expectRefusal(await api.post(path, change(call)), 400, 'request-malformed')
    })
  })

  it.each([
    ['/twilio/voice', { From: 'x'.repeat(300) }],
    ['/twilio/voice', { To: 'x'.repeat(300) }],
    ['/twilio/voice/status', { CallStatus: 'over' }],
    ['/twilio/voice/status', { CallDuration: '-1' }],
    ['/twilio/voice/status', { CallDuration: '1e99' }],
    ['/twilio/voice/status', { Timestamp: 'yesterday' }],
    ['/twilio/voice/action', { CallStatus: 'over' }],
    ['/twilio/voice/action', { HandoffData: 'x'.repeat(9_000) }],
    ['/twilio/recording', { RecordingStatus: 'lost' }],
    ['/twilio/recording', { RecordingSid: 'RE1' }],
  ])('POST %s with %j: 400, naming the field', async (path, change) => {
    const response = await api.post(path, { ...call, ...change })
    expect(await response.clone().json()).toMatchObject({ detail: `Missing or wrong: ${Object.keys(change)[0]}` })
    await expectRefusal(response, 400, 'request-malformed')
  })

  it.each(['/', '/twilio', '/twilio/voice/', '/twilio/voice/other', '/Twilio/Voice', '/%', '/%00', '//evil.test/', `/${'x'.repeat(9_000)}`])(
    'P-headers: no such path: 404 (%#)',
    async (path) => {
      await expectRefusal(await sendRaw(path, null, {}, 'GET'), 404, 'not-found')
    },
  )

  it('P-headers: the pages for operators bear them too', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      const response = await fetch(api.origin + path)
      expect(response.status).toBe(200)
      for (const name of [...Object.keys(securityHeaders), 'Strict-Transport-Security']) expect(response.headers.has(name)).toBe(true)
    }
  })

  it('counts webhooks by route and status, refusals by code, and writes no caller down in its logs', async () => {
    const metrics = await (await fetch(`${api.origin}/metrics`)).text()
    expect(metrics).toMatch(/ironvoice_webhooks_total\{[^}]*route="\/twilio\/recording",status="403"[^}]*\} \d/)
    expect(metrics).toMatch(/ironvoice_refusals_total\{[^}]*code="request-too-large"[^}]*\} \d/)
    expect(metrics).not.toContain('xxxx')
    expect(api.logs.join('')).not.toContain('2065559999')
  })
})
