import fc from 'fast-check'
import { createDatabase, type Database } from '../../db/database.ts'
import { isSafeToDial } from '../../domain/phone-number.ts'
import { createTestAccount } from '../../test/kit/account.ts'
import { createTestDatabase, type TestDatabase } from '../../test/kit/database.ts'
import { propertyRuns, propertyTimeoutMs } from '../../test/kit/property-runs.ts'
import { newCallSid, nowhere, publicUrl, signatureFor, startApi, type RunningApi } from '../../test/kit/running-api.ts'
import { execute } from '../../test/kit/sql.ts'

const names = ['CallSid', 'From', 'To', 'CallStatus', 'CallDuration', 'HandoffData', 'DialCallStatus', 'SessionStatus', 'RecordingSid', '__proto__', 'constructor', 'toString', 'a[b]', 'a[]', '']
/** Parts of a form as bytes: no encoder would write some of them. */
const raw = fc.oneof(
  fc.constantFrom('%', '%zz', '%00', '%C3%28', '%ED%A0%80', '%F0%9F%98', '+', '&', '&&', '=', '==', ';', '%26', '\ufeff', '[]', 'x'.repeat(5_000), '%F0%9F%98%80', encodeURIComponent('+12065550100')),
  fc.string({ unit: 'binary-ascii' }).map((text) => text.replace(/[^!-~]/g, '')),
)
const field = fc.tuple(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...names) }, raw), raw).map(([name, value]) => `${name}=${value}`)
const asked = fc.oneof(
  fc.tuple(fc.constant('dial'), fc.constantFrom('%2B12063456789', '+12063456789', '%2B19005550100', '%2B1206345678', '911')),
  fc.tuple(fc.constantFrom('dial', 'restores', '__proto__', 'dial[]'), fc.oneof(fc.constantFrom('1', '-1', '99', '1e9', 'NaN', '', '%00'), raw)),
)
const query = fc.array(asked.map((pair) => pair.join('=')), { maxLength: 2 })
const paths = ['/twilio/voice', '/twilio/voice/status', '/twilio/voice/action', '/twilio/voice/fallback', '/twilio/voice/fallback', '/twilio/recording']

describe('a request of whatever bytes', () => {
  let testDatabase: TestDatabase
  let database: Database
  let api: RunningApi
  let number: string

  beforeAll(async () => {
    testDatabase = await createTestDatabase()
    database = await createDatabase({ url: testDatabase.appUrl })
    api = await startApi({ databaseUrl: testDatabase.appUrl, temporalAddress: nowhere, nowMs: Date.UTC(2026, 10, 24, 20) })
    number = (await createTestAccount(database)).number
  })
  afterAll(async () => {
    await api.stop()
    await database.close()
    await testDatabase.drop()
  })

  const rows = async () => {
    const [row] = await execute<{ rows: number }>(testDatabase.adminUrl, 'select ((select count(*) from conversation) + (select count(*) from message) + (select count(*) from contact))::int as rows')
    return row!.rows
  }

  it('signed, is answered or refused with a code; the fallback rings only what is safe to ring', async () => {
    const seen = { answered: 0, refused: 0, rung: 0 }
    const property = fc.asyncProperty(fc.constantFrom(...paths), query, fc.array(field, { maxLength: 6 }), fc.boolean(), async (path, queries, fields, isOtherwiseWhole) => {
      const whole = new URLSearchParams({ CallSid: newCallSid(), From: '+12065559999', To: number, CallStatus: 'completed' }).toString()
      const body = [...(isOtherwiseWhole ? [whole] : []), ...fields].join('&')
      const url = path + (queries.length > 0 ? `?${queries.join('&')}` : '')
      const before = await rows()
      const response = await fetch(api.origin + url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Twilio-Signature': signedAsTwilio(url, body) },
        body,
      })
      const text = await response.text()
      expect([200, 204, 400, 403, 413]).toContain(response.status)
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      seen[response.ok ? 'answered' : 'refused'] += 1
      if (!response.ok) {
        expect(JSON.parse(text)).toMatchObject({ status: response.status, code: expect.stringMatching(/^(request-malformed|signature-invalid|request-too-large)$/) })
        expect(await rows()).toBe(before)
      }
      const dialled = /<Number>(.*)<\/Number>|<Dial[^>]*>([^<]+)<\/Dial>/.exec(text)
      if (dialled) seen.rung += 1
      if (dialled) expect(isSafeToDial((dialled[1] ?? dialled[2])!)).toBe(true)
    })
    await fc.assert(property, propertyRuns(80))
    expect(Object.entries(seen).filter(([, times]) => times === 0)).toEqual([])
    expect(api.logs.filter((line) => line.includes('"level":50'))).toEqual([])
  }, propertyTimeoutMs)

  it('signed for other bytes, is refused whatever they are, and leaves nothing', async () => {
    const before = await rows()
    const property = fc.asyncProperty(fc.constantFrom(...paths), fc.array(field, { minLength: 1, maxLength: 4 }), fc.string(), async (path, fields, signature) => {
      const response = await fetch(api.origin + path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Twilio-Signature': encodeURIComponent(signature) },
        body: fields.join('&'),
      })
      expect(await response.json()).toMatchObject({ status: 403, code: 'signature-invalid' })
    })
    await fc.assert(property, propertyRuns(60))
    expect(await rows()).toBe(before)
  }, propertyTimeoutMs)
})

/** Twilio signs a value that comes twice under a name once. */
function signedAsTwilio(url: string, body: string): string {
  const unique = new Map([...new URLSearchParams(body)].map((pair) => [JSON.stringify(pair), pair]))
  return signatureFor(publicUrl + url, [...unique.values()])
}
