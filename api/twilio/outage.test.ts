import { createDatabase } from '../../db/database.ts'
import { securityHeaders } from '../../domain/security-headers.ts'
import { createTestAccount } from '../../test/kit/account.ts'
import { createDatabaseProxy } from '../../test/kit/database-proxy.ts'
import { createTestDatabase, type TestDatabase } from '../../test/kit/database.ts'
import { newCallSid, nowhere, startApi, type RunningApi } from '../../test/kit/running-api.ts'
import { execute } from '../../test/kit/sql.ts'

describe('with database and Temporal away', () => {
  let api: RunningApi
  beforeAll(async () => {
    api = await startApi({ databaseUrl: `postgres://ironvoice_app:x@${nowhere}/ironvoice`, temporalAddress: nowhere, nowMs: 0 })
  })
  afterAll(() => api.stop())

  const call = { CallSid: newCallSid(), From: '+12065559999', To: '+12065550100' }
  const fallback = async (query: string) => {
    const response = await api.post(`/twilio/voice/fallback${query}`, { ...call, ErrorCode: '11200' })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/xml; charset=utf-8'])
    return response.text()
  }

  it.each(['?dial=%2B12125550123', '?dial=+12125550123', '?dial=12125550123'])('the fallback rings the tenant (%s)', async (query) => {
    expect(await fallback(query)).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?><Response><Say language="en-US">[^<]+<\/Say><Dial timeout="30">\+12125550123<\/Dial><\/Response>$/,
    )
  })

  it.each([
    ['nobody', ''],
    ['an empty number', '?dial='],
    ['a premium number', '?dial=%2B19005550123'],
    ['no number', '?dial=%2B1212%3CDial%3E'],
    ['two numbers', '?dial=%2B12125550123&dial=%2B12125550124'],
    ['a huge number', `?dial=${'1'.repeat(5_000)}`],
  ])('the fallback apologises when it names %s', async (_, query) => {
    expect(await fallback(query)).toMatch(/<Response><Say language="en-US">[^<]+<\/Say><Hangup\/><\/Response>$/)
  })

  it.each<[string, Record<string, string>]>([
    ['/twilio/voice', {}],
    ['/twilio/voice/action', { SessionStatus: 'ended' }],
    ['/twilio/voice/status', { CallStatus: 'completed' }],
    ['/twilio/recording', { RecordingSid: `RE${'0'.repeat(32)}`, RecordingStatus: 'completed' }],
  ])('%s says 503, with a code, so that Twilio turns to the fallback', async (path, fields) => {
    const response = await api.post(path, { ...call, ...fields })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(await response.json()).toEqual({ type: 'about:blank', title: 'Service Unavailable', status: 503, code: 'database-unavailable' })
    for (const name of Object.keys(securityHeaders)) expect(response.headers.has(name)).toBe(true)
  })

  it('is alive, but not ready', async () => {
    expect((await fetch(`${api.origin}/healthz`)).status).toBe(200)
    expect((await fetch(`${api.origin}/readyz`)).status).toBe(503)
  })
})

describe('with a slow database, each answer of which comes in its time', () => {
  let testDatabase: TestDatabase
  let proxy: Awaited<ReturnType<typeof createDatabaseProxy>>
  let api: RunningApi
  beforeAll(async () => {
    testDatabase = await createTestDatabase()
    proxy = await createDatabaseProxy(testDatabase.appUrl)
    api = await startApi({ databaseUrl: proxy.url, poolSize: 1, temporalAddress: nowhere, nowMs: 0 })
  })
  afterAll(async () => {
    await api.stop()
    proxy.stop()
    await testDatabase.drop()
  })

  it('no caller hears it ring for long, and nothing is opened behind the 503', async () => {
    const database = await createDatabase({ url: testDatabase.appUrl })
    const { number: To } = await createTestAccount(database)
    await database.close()
    const ring = async () => (await api.post('/twilio/voice', { CallSid: newCallSid(), From: '+12065559999', To })).status
    expect(await ring()).toBe(200)
    // Thirteen times there and back; eight of them, more than five seconds, before there is a row.
    proxy.slow(700)
    expect(await ring()).toBe(503)
    proxy.slow(0)
    expect(await ring()).toBe(200)
    expect(await execute(testDatabase.adminUrl, 'select id from conversation')).toHaveLength(2)
  })
})
