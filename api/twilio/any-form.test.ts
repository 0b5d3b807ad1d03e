import fc from 'fast-check'
import { createDatabase, type Database } from '../../db/database.ts'
import { createTestAccount } from '../../test/kit/account.ts'
import { createTestDatabase, type TestDatabase } from '../../test/kit/database.ts'
import { propertyRuns, propertyTimeoutMs } from '../../test/kit/property-runs.ts'
import { newCallSid, nowhere, startApi, type RunningApi } from '../../test/kit/running-api.ts'

const paths = ['/twilio/voice', '/twilio/voice/status', '/twilio/voice/action?restores=1', '/twilio/voice/fallback', '/twilio/recording']
const words = ['', 'completed', 'in-progress', 'failed', 'answered', 'busy', '-1', '1e9', '999999', '+12065550100', 'anonymous', '{"reason":"transfer"}', '{"reason":', 'null', 'Thu, 01 Jan 1970 00:00:00 GMT', 'x'.repeat(9_000)]
const names = ['CallSid', 'From', 'To', 'CallStatus', 'CallDuration', 'Timestamp', 'SessionId', 'SessionStatus', 'HandoffData', 'DialCallSid', 'DialCallStatus', 'RecordingSid', 'RecordingStatus']
const value = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()) })
const changes = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 5 })

describe('a signed form of whatever fields', () => {
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

  it('is answered or refused as malformed, and nothing breaks', async () => {
    const property = fc.asyncProperty(fc.constantFrom(...paths), changes, async (path, changed) => {
      const call = { CallSid: newCallSid(), From: '+12065559999', To: number, CallStatus: 'completed' }
      await api.post('/twilio/voice', call)
      const recording = { RecordingSid: `RE${'0'.repeat(32)}`, RecordingStatus: 'completed' }
      const { status } = await api.post(path, { ...call, ...recording, ...changed })
      expect([200, 204, 400]).toContain(status)
    })
    await fc.assert(property, propertyRuns(60))
    expect(api.logs.filter((line) => line.includes('"level":50'))).toEqual([])
  }, propertyTimeoutMs)
})
