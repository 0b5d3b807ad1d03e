import pg from 'pg'
import type { TestDatabase } from '../test/kit/database.ts'
import { createTestAccount, openTestCall, testKeyring } from '../test/kit/account.ts'
import { createTestDatabase } from '../test/kit/database.ts'
import { execute } from '../test/kit/sql.ts'
import { createCalls } from './calls.ts'
import type { Database } from './database.ts'
import { createDatabase } from './database.ts'
import { migrateDatabase } from './migrate.ts'
import { createRecordings } from './recordings.ts'
import { createTranscripts } from './transcripts.ts'
import { createWrapUps } from './wrap-ups.ts'

interface Table {
  name: string
  /** The column that says whose a row is. */
  owner: string
}

let server: TestDatabase
let database: Database
let mine: string
let theirs: string
let tables: Table[]

/** Puts a row into every table there is. */
async function fillAccount(): Promise<string> {
  const account = await createTestAccount(database)
  const ref = await openTestCall(database, account)
  const at = { atMs: 1_700_000_060_000 }
  await createCalls(database).claimRelaySession({ ...ref, tokenId: 'same token', sessionId: 'VX1', isExpired: false, ...at })
  await createTranscripts(database).keepMessage(
    ref,
    'm1',
    { callerName: 'Ada', callbackNumber: '+12065559999', text: 'Call me back', urgency: 'normal' },
    at.atMs,
  )
  const wrapUps = createWrapUps(database)
  await wrapUps.settle(ref, { outcome: 'answered', summary: 'A call.', tasks: [], gaps: ['Do you rent?'], ...at })
  await wrapUps.meter(ref, { kind: 'call', quantitySeconds: 60, occurredAtMs: at.atMs, ...at })
  const body = (async function* () {
    yield Buffer.from('RIFF')
  })()
  await createRecordings(database, testKeyring).store(ref, { contentType: 'audio/wav', body, ...at })
  return account.accountId
}

/** Raw SQL in one transaction through the app's log-in, rolled back: what a bug or an injection could do at worst. */
async function asApp(accountId: string | null, sql: string, values: unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: server.appUrl })
  await client.connect()
  try {
    await client.query('begin')
    if (accountId !== null) await client.query("select set_config('app.account_id', $1, true)", [accountId])
    return await client.query(sql, values)
  } finally {
    await client.end()
  }
}

const refusal = (query: Promise<unknown>) =>
  query.then(
    () => 'allowed',
    (error: { code?: string; message: string }) => (/row-level security/.test(error.message) ? 'policy' : error.code),
  )

const forEachTable = async <T>(look: (table: Table) => Promise<T>) =>
  Object.fromEntries(await Promise.all(tables.map(async (table) => [table.name, await look(table)] as const)))

const all = <T>(value: T) => Object.fromEntries(tables.map(({ name }) => [name, value]))

beforeAll(async () => {
  server = await createTestDatabase()
  database = await createDatabase({ url: server.appUrl, poolSize: 2 })
  mine = await fillAccount()
  theirs = await fillAccount()
  const found = await execute<{ name: string }>(
    server.adminUrl,
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
       and (table_schema, table_name) <> ('operations', 'migration')`,
  )
  tables = found.map(({ name }) => ({ name, owner: name === 'public.account' ? 'id' : 'account_id' }))
})

afterAll(async () => {
  await database.close()
  await server.drop()
})

describe('P-isolation: no account sees or changes another’s rows, whatever SQL runs as the app', () => {
  it('every table there is has forced row-level security and is looked at here', async () => {
    const forced = await execute<{ name: string }>(
      server.adminUrl,
      `select format('%I.%I', relnamespace::regnamespace, relname) as name from pg_class
       where relrowsecurity and relforcerowsecurity and exists (select from pg_policy where polrelid = pg_class.oid)`,
    )
    expect(tables.length).toBeGreaterThan(10)
    expect(forced.map(({ name }) => name).toSorted()).toEqual(tables.map(({ name }) => name).toSorted())
    const count = ({ name, owner }: Table) =>
      execute<{ mine: string }>(server.adminUrl, `select count(*) as mine from ${name} where ${owner} = $1`, [mine])
    const empty = await forEachTable(async (table) => (await count(table))[0]!.mine === '0')
    expect(empty).toEqual(all(false))
  })

  it('select: its own rows only, and none while no account is stated', async () => {
    const owners = (accountId: string | null) =>
      forEachTable(async ({ name, owner }) => {
        const { rows } = await asApp(accountId, `select distinct ${owner} as owner from ${name}`)
        return rows.map((row) => row.owner)
      })
    expect(await owners(theirs)).toEqual(all([theirs]))
    expect(await owners(null)).toEqual(all([]))
    expect(await owners('')).toEqual(all([]))
  })

  it('insert: refused for another account, and while none is stated', async () => {
    const inserting = (accountId: string | null) =>
      forEachTable(async ({ name, owner }) => {
        const sql = `select to_jsonb(t) as row from ${name} t where ${owner} = $1 limit 1`
        const [copy] = await execute<{ row: object }>(server.adminUrl, sql, [mine])
        const columns = Object.keys(copy!.row).join(', ')
        const insert = `insert into ${name} (${columns})
          select ${columns} from jsonb_populate_record(null::${name}, $1)`
        return refusal(asApp(accountId, insert, [JSON.stringify(copy!.row)]))
      })
    expect(await inserting(theirs)).toEqual(all('policy'))
    expect(await inserting(null)).toEqual(all('policy'))
  })

  it('update: what may be updated at all reaches its own rows only, and no row can change hands', async () => {
    const columns = await execute<{ name: string; column: string }>(
      server.adminUrl,
      `select format('%I.%I', table_schema, table_name) as name, column_name as column
       from information_schema.role_column_grants where grantee = 'ironvoice_app' and privilege_type = 'UPDATE'`,
    )
    expect(columns.length).toBeGreaterThan(10)
    expect(columns.filter(({ column }) => column === 'account_id' || column === 'id')).toEqual([])
    for (const { name, column } of columns) {
      const { rows } = await asApp(theirs, `update ${name} set ${column} = ${column} returning *`)
      expect(new Set(rows.map((row) => row.account_id ?? row.id))).toEqual(new Set([theirs]))
      expect((await asApp(null, `update ${name} set ${column} = ${column}`)).rowCount).toBe(0)
    }
    const moving = ({ name, owner }: Table) => refusal(asApp(theirs, `update ${name} set ${owner} = $1`, [mine]))
    expect(await forEachTable(moving)).toEqual(all('42501'))
  })

  it('delete and truncate: refused altogether', async () => {
    expect(await forEachTable(({ name }) => refusal(asApp(theirs, `delete from ${name}`)))).toEqual(all('42501'))
    expect(await forEachTable(({ name }) => refusal(asApp(theirs, `truncate ${name} cascade`)))).toEqual(all('42501'))
  })

  it('the policies alone hold, were the app granted everything by mistake', async () => {
    await execute(server.adminUrl, 'grant all on all tables in schema public to ironvoice_app')
    try {
      const moving = ({ name, owner }: Table) => refusal(asApp(theirs, `update ${name} set ${owner} = $1`, [mine]))
      expect(await forEachTable(moving)).toEqual(all('policy'))
      const leaves = await forEachTable(async ({ name, owner }) => {
        const { rowCount } = await asApp(theirs, `delete from ${name} where ${owner} = $1`, [mine])
        return rowCount
      })
      expect(leaves).toEqual(all(0))
    } finally {
      await migrateDatabase(server)
    }
    const deleting = ({ name }: Table) => refusal(asApp(theirs, `delete from ${name}`))
    expect(await forEachTable(deleting)).toEqual(all('42501'))
  })

  it('every foreign key carries the account, on both sides', async () => {
    const keys = await execute<{ name: string; pairs: string[] }>(
      server.adminUrl,
      `select conname as name, array(
         select f.attname || ' -> ' || t.attname from unnest(conkey, confkey) as pair(from_no, to_no)
         join pg_attribute f on f.attrelid = conrelid and f.attnum = from_no
         join pg_attribute t on t.attrelid = confrelid and t.attnum = to_no)::text[] as pairs
       from pg_constraint where contype = 'f'`,
    )
    const accountPairs = ['account_id -> account_id', 'account_id -> id', 'id -> account_id']
    expect(keys.length).toBeGreaterThan(10)
    const without = keys.filter(({ pairs }) => !pairs.some((pair) => accountPairs.includes(pair)))
    expect(without.map(({ name }) => name)).toEqual([])
    const pairsOf = (name: string) => keys.find((key) => key.name === name)?.pairs
    expect(pairsOf('task_account_id_conversation_id_foreign')).toEqual([
      'account_id -> account_id',
      'conversation_id -> id',
    ])
  })

  it('a row of one account can’t be hung onto another’s conversation', async () => {
    const [conversation] = await execute<{ id: string }>(
      server.adminUrl,
      'select id from conversation where account_id = $1',
      [mine],
    )
    const insert = `insert into knowledge_gap (account_id, conversation_id, key, question, created_at)
      values ($1, $2, 'k', 'q', now())`
    expect(await refusal(asApp(theirs, insert, [theirs, conversation!.id]))).toBe('23503')
    const ref = { accountId: theirs, conversationId: conversation!.id }
    const claim = { ...ref, tokenId: 'another', sessionId: 'VX2', atMs: 0, isExpired: false }
    expect(await createCalls(database).claimRelaySession(claim)).toBe('refused')
    expect(await createWrapUps(database).load(ref)).toBeNull()
    expect(await createTranscripts(database).read(ref)).toEqual([])
  })

  it('unique keys carry the account, so that no collision tells anything; a phone number alone is global', async () => {
    const keys = await execute<{ name: string }>(
      server.adminUrl,
      `select indexrelid::regclass::text as name from pg_index where indisunique
         and indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
         and not exists (select from pg_attribute where attrelid = indrelid and attnum = any(indkey)
           and attname = case when indrelid = 'account'::regclass then 'id' else 'account_id' end)`,
    )
    expect(keys).toEqual([{ name: 'phone_number_pkey' }])
  })
})

describe('P-isolation: the app’s log-in', () => {
  it('owns nothing and has no power over the server', async () => {
    const [role] = await execute(
      server.adminUrl,
      `select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication, rolinherit,
         exists (select from pg_class where relowner = r.oid) or exists (select from pg_proc where proowner = r.oid)
         or exists (select from pg_namespace where nspowner = r.oid)
         or exists (select from pg_database where datdba = r.oid) as owns
       from pg_roles r where rolname = 'ironvoice_app'`,
    )
    expect(new Set(Object.values(role!))).toEqual(new Set([false]))
  })

  it('may take on the directory’s role and no other', async () => {
    const [roles] = await execute<{ names: string[] }>(
      server.adminUrl,
      `select array_agg(rolname order by rolname)::text[] as names from pg_roles
       where pg_has_role('ironvoice_app', oid, 'member')`,
    )
    expect(roles!.names).toEqual(['ironvoice_app', 'ironvoice_directory'])
    const [owner] = await execute<{ name: string }>(server.adminUrl, 'select current_user as name')
    expect(await refusal(asApp(theirs, `set role ${owner!.name}`))).toBe('42501')
    expect(await refusal(asApp(theirs, 'create table public.mine (id int)'))).toBe('42501')
    expect(await refusal(asApp(theirs, 'select * from operations.migration'))).toBe('42501')
  })
})

describe('P-isolation: the directory', () => {
  const asDirectory = (sql: string) => refusal(database.asDirectory((em) => em.execute(sql)))

  it('reads across accounts the columns that routing needs', async () => {
    const sql = 'select account_id, external_id from conversation'
    const rows = await database.asDirectory((em) => em.execute<{ account_id: string }[]>(sql))
    expect(new Set(rows.map((row) => row.account_id))).toEqual(new Set([mine, theirs]))
  })

  it.each([
    'select text from message',
    'select caller_number from conversation',
    'select summary from conversation',
    'select company_name from account',
    'select owner_email from account',
    'select content from knowledge_version',
    'select wrapped_key from account_key',
    'select phone from contact',
    'select data from recording_chunk',
    'update conversation set wrapped_up_at = now()',
    "insert into phone_number (e164, account_id) values ('+12065550000', gen_random_uuid())",
  ])('may not: %s', async (sql) => {
    expect(await asDirectory(sql)).toBe('internal')
  })
})
