import { randomUUID } from 'node:crypto'
import { testKeyring, testKnowledge } from '../test/kit/account.ts'
import type { TestDatabase } from '../test/kit/database.ts'
import { createTestDatabase } from '../test/kit/database.ts'
import { execute } from '../test/kit/sql.ts'
import type { Accounts, NewAccount } from './accounts.ts'
import { createAccounts } from './accounts.ts'
import type { Database } from './database.ts'
import { createDatabase } from './database.ts'
import { createDirectory } from './directory.ts'
import { createTenants } from './tenants.ts'

let server: TestDatabase
let database: Database
let accounts: Accounts

beforeAll(async () => {
  server = await createTestDatabase()
  database = await createDatabase({ url: server.appUrl, poolSize: 5 })
  accounts = createAccounts(database, testKeyring)
})

afterAll(async () => {
  await database.close()
  await server.drop()
})

const anAccount = (changes: Partial<NewAccount> = {}): NewAccount => ({
  companyName: 'Harbour Bicycles',
  ownerEmail: 'owner@harbour-bicycles.example',
  numbers: [],
  knowledge: testKnowledge(),
  ...changes,
})

it('an account is found by its number, with its published knowledge', async () => {
  const accountId = await accounts.create(anAccount({ numbers: ['+12065550101', '+12065550102'] }))
  const directory = createDirectory(database)
  expect(await directory.findAccountByNumber('+12065550102')).toEqual({ accountId, status: 'active' })
  expect(await directory.findAccountByNumber('+12065550103')).toBeNull()
  await execute(server.adminUrl, "update phone_number set is_active = false where e164 = '+12065550102'")
  expect(await directory.findAccountByNumber('+12065550102')).toBeNull()
  expect(await createTenants(database).load(accountId)).toMatchObject({
    accountId,
    status: 'active',
    ownerEmail: 'owner@harbour-bicycles.example',
    knowledgeVersion: 1,
    knowledge: { business: { name: 'Harbour Bicycles' }, currency: 'USD' },
  })
})

it('making an account again by its id changes nothing, twenty at once', async () => {
  const id = randomUUID()
  const account = anAccount({ id, numbers: ['+12065550111'] })
  const ids = await Promise.all(Array.from({ length: 20 }, () => accounts.create(account)))
  expect(new Set(ids)).toEqual(new Set([id]))
  const counts = `select (select count(*) from account_key where account_id = $1)::int as keys,
    (select count(*) from knowledge_version where account_id = $1)::int as versions,
    (select count(*) from phone_number where account_id = $1)::int as numbers`
  expect(await execute(server.adminUrl, counts, [id])).toEqual([{ keys: 1, versions: 1, numbers: 1 }])
})

it('a number that is somebody’s already is refused, and nothing of the account is left', async () => {
  await accounts.create(anAccount({ numbers: ['+12065550121'] }))
  const id = randomUUID()
  const making = accounts.create(anAccount({ id, numbers: ['+12065550122', '+12065550121'] }))
  await expect(making).rejects.toMatchObject({ code: 'request-malformed' })
  expect(await createTenants(database).load(id)).toBeNull()
  expect(await createDirectory(database).findAccountByNumber('+12065550122')).toBeNull()
})

it('knowledge is published as the next version, by twenty at once one each; earlier ones stay readable', async () => {
  const accountId = await accounts.create(anAccount())
  const versions = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      accounts.publishKnowledge(accountId, testKnowledge({ greeting: `Greeting ${index}` })),
    ),
  )
  expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 2))
  const tenants = createTenants(database)
  expect(await tenants.load(accountId)).toMatchObject({ knowledgeVersion: 21 })
  expect((await tenants.load(accountId, 1))?.knowledge.greeting).toBe('Harbour Bicycles, how can I help?')
  const greeting = (await tenants.load(accountId, versions[7]))?.knowledge.greeting
  expect(greeting).toBe('Greeting 7')
  expect(await tenants.load(accountId, 22)).toBeNull()
  await expect(accounts.publishKnowledge(randomUUID(), testKnowledge())).rejects.toMatchObject({ code: 'not-found' })
})
