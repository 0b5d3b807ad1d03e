import fc from 'fast-check'
import { ZodError } from 'zod'
import { Failure } from '../domain/failure.ts'
import { knowledgeSchema, type KnowledgeInput } from '../domain/knowledge.ts'
import { testKeyring, testKnowledge } from '../test/kit/account.ts'
import { damaged } from '../test/kit/damaged.ts'
import { createTestDatabase, type TestDatabase } from '../test/kit/database.ts'
import { propertyRuns, propertyTimeoutMs } from '../test/kit/property-runs.ts'
import { valuesOf } from '../test/kit/schema-values.ts'
import { execute } from '../test/kit/sql.ts'
import { createAccounts } from './accounts.ts'
import { createDatabase, type Database } from './database.ts'
import { createTenants } from './tenants.ts'

describe('an account of whatever knowledge', () => {
  let testDatabase: TestDatabase
  let database: Database

  beforeAll(async () => {
    testDatabase = await createTestDatabase()
    database = await createDatabase({ url: testDatabase.appUrl })
  })
  afterAll(async () => {
    await database.close()
    await testDatabase.drop()
  })

  it('is made and loaded as it was given, or refused whole with a code or the place', async () => {
    let last = 0
    const count = async () => (await execute<{ count: string }>(testDatabase.adminUrl, 'select count(*) from account'))[0]!.count
    const { timeZone, hours, transfer } = testKnowledge()
    const knowledge = fc.oneof(fc.constant(testKnowledge()), valuesOf(knowledgeSchema).map((other) => ({ ...(other as KnowledgeInput), timeZone, hours, transfer })))
    const property = fc.asyncProperty(damaged(knowledge, 1), fc.string({ unit: 'binary' }), async (given, companyName) => {
      const before = await count()
      const number = `+1206${String((last += 1)).padStart(7, '0')}`
      const account = { companyName, ownerEmail: 'o@a.example', numbers: [number], knowledge: given as KnowledgeInput }
      const made = await createAccounts(database, testKeyring).create(account).catch((error: unknown) => error)
      if (typeof made === 'string') return expect((await createTenants(database).load(made))!.knowledge).toEqual(knowledgeSchema.parse(given))
      expect(made instanceof ZodError || (made instanceof Failure && made.code === 'request-malformed')).toBe(true)
      expect(await count()).toBe(before)
    })
    await fc.assert(property, propertyRuns(60))
  }, propertyTimeoutMs)
})
