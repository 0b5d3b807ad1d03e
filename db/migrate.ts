import { Migrator } from '@mikro-orm/migrations'
import { MikroORM } from '@mikro-orm/postgresql'
import { readEnvironment } from '../domain/environment.ts'
import { Failure } from '../domain/failure.ts'
import { closeOrm } from './close-orm.ts'
import { databaseFailure } from './database-failure.ts'
import { grantLeast } from './grants.ts'
import { Calls } from './migrations/2026-11-24-calls.ts'
import { Journal } from './migrations/2026-11-24-journal.ts'
import type { Execute, Login } from './roles.ts'
import { createRoles } from './roles.ts'
import { entities } from './tables.ts'
import { tlsFor } from './tls.ts'

/** Oldest first; a migration that has run anywhere is never changed. */
const migrations = [Calls, Journal]

/** Processes that migrate one database at once take turns by this advisory lock. */
const migrationLock = 731_204_118

/** The ORM as the owner of the tables: for migrations, and for comparing the entities with the database. */
export const createOwnerOrm = (adminUrl: string): MikroORM =>
  new MikroORM({
    clientUrl: adminUrl,
    entities: [...entities],
    extensions: [Migrator],
    pool: { min: 0, max: 2 },
    logger: () => undefined,
    driverOptions: {
      ssl: tlsFor(adminUrl),
      application_name: 'ironvoice-migrate',
      connectionTimeoutMillis: 5_000,
      lock_timeout: 60_000,
    },
    // What is no account's stays out of the schema in which every table is some account's.
    migrations: { migrationsList: migrations, tableName: 'operations.migration', snapshot: false, silent: true },
    // The one procedure is told of in its migration alone.
    schemaGenerator: { ignoreSchema: ['operations'], ignoreRoutines: true },
  })

/**
 * Brings the database at `adminUrl` to the present schema: roles (the app's log-in is that of `appUrl`), migrations,
 * grants. May run any number of times, and several times at once.
 * @throws Failure `database-unavailable`; `config-invalid` when the server is too old, or `appUrl` the owner's
 */
export async function migrateDatabase({ adminUrl, appUrl }: { adminUrl: string; appUrl: string }): Promise<void> {
  const login = loginOf(appUrl)
  const orm = createOwnerOrm(adminUrl)
  try {
    await orm.em.fork().transactional(async (locked) => {
      await locked.execute(`select pg_advisory_xact_lock(${migrationLock})`)
      // Each of the next steps commits by itself, since policies name roles and grants name tables.
      const execute: Execute = (sql) => orm.em.getConnection().execute(sql)
      await requireVersion(execute)
      await createRoles(execute, login)
      await orm.migrator.up()
      await orm.em.fork().transactional((em) => grantLeast((sql) => em.execute(sql), login.name))
    })
  } catch (error) {
    throw databaseFailure(error)
  } finally {
    await closeOrm(orm)
  }
}

function loginOf(appUrl: string): Login {
  const { username, password } = new URL(appUrl)
  if (!username || !password) throw new Failure('config-invalid', 'DATABASE_URL: must name a user and a password')
  try {
    return { name: decodeURIComponent(username), password: decodeURIComponent(password) }
  } catch {
    throw new Failure('config-invalid', 'DATABASE_URL: a % in its user or password must be written as %25')
  }
}

async function requireVersion(execute: Execute): Promise<void> {
  const [row] = await execute("select current_setting('server_version_num')::int as version")
  if (Number(row?.version) < 180_000) throw new Failure('config-invalid', 'PostgreSQL 18 or newer is needed')
}

if (import.meta.main) {
  try {
    const variables = readEnvironment(process.env, ['DATABASE_ADMIN_URL', 'DATABASE_URL'])
    await migrateDatabase({ adminUrl: variables.DATABASE_ADMIN_URL, appUrl: variables.DATABASE_URL })
    process.stdout.write('The database is up to date.\n')
  } catch (error) {
    process.stderr.write(`The database was not migrated: ${error instanceof Failure ? error.message : String(error)}\n`)
    process.exit(1)
  }
}
