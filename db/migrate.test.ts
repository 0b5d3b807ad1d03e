import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TestDatabase } from '../test/kit/database.ts'
import { createTestDatabase } from '../test/kit/database.ts'
import { required } from '../test/kit/environment.ts'
import { execute } from '../test/kit/sql.ts'
import { createOwnerOrm, migrateDatabase } from './migrate.ts'

const run = promisify(execFile)
const serverUrl = required('TEST_POSTGRES_URL')

let server: TestDatabase
let empty: { name: string; adminUrl: string; appUrl: string }

beforeEach(async () => {
  server = await createTestDatabase()
  const name = `test_${randomBytes(8).toString('hex')}`
  await execute(serverUrl, `create database ${name}`)
  const at = (url: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href
  empty = { name, adminUrl: at(server.adminUrl), appUrl: at(server.appUrl) }
})

afterEach(async () => {
  await server.drop()
  await execute(serverUrl, `drop database if exists ${empty.name} with (force)`)
})

const schemaDifference = async (adminUrl: string) => {
  const orm = createOwnerOrm(adminUrl)
  try {
    return (await orm.schema.getUpdateSchemaSQL({ wrap: false })).trim()
  } finally {
    await orm.close()
  }
}

const everything = (adminUrl: string) =>
  execute(
    adminUrl,
    `select relname, relacl::text, (select array_agg(attname || attacl::text order by attname) from pg_attribute
       where attrelid = c.oid and attacl is not null) as columns,
       (select array_agg(polname order by polname) from pg_policy where polrelid = c.oid)::text as policies
     from pg_class c where relnamespace in ('public'::regnamespace, 'operations'::regnamespace) order by relname`,
  )

describe('migrations', () => {
  it('lead from nothing to exactly the schema that the entities describe, policies included', async () => {
    await migrateDatabase(empty)
    expect(await schemaDifference(empty.adminUrl)).toBe('')
  })

  it('that miss something of the entities are noticed', async () => {
    for (const sql of [
      'alter table task drop column urgency',
      'alter table message no force row level security',
      'drop policy own_account on recording',
      'drop index conversation_due_wrap_up_index',
      'alter table contact drop constraint contact_account_id_foreign',
    ]) {
      await execute(server.adminUrl, sql)
    }
    const difference = await schemaDifference(server.adminUrl)
    expect(difference).toMatch(/alter table "task" add "urgency"/)
    expect(difference).toMatch(/alter table "message" force row level security/)
    expect(difference).toMatch(/create policy "own_account" on "recording"/)
    expect(difference).toMatch(/create index "conversation_due_wrap_up_index"/)
    expect(difference).toMatch(/add constraint "contact_account_id_foreign"/)
  })

  it('change nothing when they run again', async () => {
    const before = await everything(server.adminUrl)
    await migrateDatabase(server)
    expect(await everything(server.adminUrl)).toEqual(before)
    expect(before.length).toBeGreaterThan(20)
  })

  it('run once when several processes start at once', async () => {
    await Promise.all(Array.from({ length: 4 }, () => migrateDatabase(empty)))
    const sql = 'select name, count(*)::int as times from operations.migration group by name order by name'
    const applied = await execute(empty.adminUrl, sql)
    expect(applied).toEqual(['2026-11-24-calls', '2026-11-24-journal'].map((name) => ({ name, times: 1 })))
    expect(await schemaDifference(empty.adminUrl)).toBe('')
  })

  it('need no superuser: an owner that may create roles is enough', async () => {
    const owner = `owner_${empty.name}`
    await execute(serverUrl, `create role ${owner} login createrole password 'throw-away'`)
    await execute(serverUrl, `alter database ${empty.name} owner to ${owner}`)
    // On a server of its own this owner would have made the roles, and so would be their administrator.
    await execute(serverUrl, `grant ironvoice_app, ironvoice_directory to ${owner} with admin true, inherit false`)
    try {
      const adminUrl = Object.assign(new URL(empty.adminUrl), { username: owner, password: 'throw-away' }).href
      await migrateDatabase({ adminUrl, appUrl: empty.appUrl })
      expect(await execute(empty.appUrl, 'select * from account')).toEqual([])
    } finally {
      await execute(serverUrl, `drop database ${empty.name} with (force)`)
      await execute(serverUrl, `drop owned by ${owner} cascade`)
      await execute(serverUrl, `drop role ${owner}`)
    }
  })

  it.each([
    ['signs of URLs, SQL and shells', `p@s:w/r?d#%25'"\\; $x`],
    ['letters that have another form', '\u{FB01}ne \u{1D54F}'],
    ['blanks and marks that are not seen', 'a\u00A0b\u200Bc\u00ADd'],
  ])("let the app's role in under a password with %s", async (_, password) => {
    const name = `app_${empty.name}`
    const appUrl = Object.assign(new URL(empty.appUrl), { username: name, password: encodeURIComponent(password) }).href
    try {
      await migrateDatabase({ adminUrl: empty.adminUrl, appUrl })
      expect(await execute(appUrl, 'select current_user as name')).toEqual([{ name }])
    } finally {
      await execute(serverUrl, `drop database ${empty.name} with (force)`)
      await execute(serverUrl, `drop role ${name}`)
    }
  })

  it('refuse a password that its URL does not spell', async () => {
    const appUrl = empty.appUrl.replace(/:[^:@]+@/, ':100%@')
    await expect(migrateDatabase({ ...empty, appUrl })).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.not.stringContaining('100'),
    })
  })

  it('refuse to make the owner itself the app', async () => {
    const migrating = migrateDatabase({ adminUrl: empty.adminUrl, appUrl: empty.adminUrl })
    await expect(migrating).rejects.toMatchObject({ code: 'config-invalid' })
  })

  it('run from the command line, and say what is missing', async () => {
    const script = fileURLToPath(new URL('migrate.ts', import.meta.url))
    const env = { DATABASE_ADMIN_URL: empty.adminUrl, DATABASE_URL: empty.appUrl }
    const { stdout } = await run(process.execPath, [script], { env })
    expect(stdout).toBe('The database is up to date.\n')
    const failing = run(process.execPath, [script], { env: { DATABASE_URL: empty.appUrl } })
    await expect(failing).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('DATABASE_ADMIN_URL') })
  })
})
