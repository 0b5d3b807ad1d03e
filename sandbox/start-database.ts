import { join } from 'node:path'
import pg from 'pg'
import { createDatabase } from '../db/database.ts'
import { createDirectory } from '../db/directory.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { demoTenant } from './demo-tenant.ts'
import { startPostgres, type PostgresServer } from './postgres.ts'
import { recordProcess } from './process-record.ts'
import type { Secrets } from './secrets.ts'

export interface DatabaseUrls {
  url: string
  /** Null when only the app's was given. */
  adminUrl: string | null
}

const databaseName = 'ironvoice'

/** Starts PostgreSQL on the data below `home`, and records it for the run after a killed one. */
export async function startOwnPostgres(options: {
  home: string
  port: number
  secrets: Secrets
  say: (line: string) => void
}): Promise<PostgresServer> {
  const { home, port, secrets, say } = options
  const server = await startPostgres({ directory: join(home, 'postgres'), port, password: secrets.databaseOwnerPassword, say })
  const forget = recordProcess(home, 'postgres', server.pid, 'SIGINT')
  void server.ended.then(forget)
  return server
}

/** Makes the database of a server that was just started, where it isn't there yet, and brings it up to date. */
export async function prepareDatabase(server: PostgresServer, secrets: Secrets): Promise<DatabaseUrls> {
  const client = new pg.Client({ connectionString: server.url('postgres') })
  await client.connect()
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [databaseName])
    if (!rowCount) await client.query(`create database ${databaseName}`)
  } finally {
    await client.end()
  }
  const adminUrl = server.url(databaseName)
  const appUrl = new URL(adminUrl)
  appUrl.username = 'ironvoice_app'
  appUrl.password = secrets.databaseAppPassword
  await migrateDatabase({ adminUrl, appUrl: appUrl.href })
  return { url: appUrl.href, adminUrl }
}

/**
 * The database that DATABASE_URL names, brought up to date where DATABASE_ADMIN_URL lets us.
 * @throws Error when it is not to be reached, or is not migrated and can't be by us.
 */
export async function prepareGivenDatabase(url: string, adminUrl: string | undefined): Promise<DatabaseUrls> {
  if (adminUrl) {
    await migrateDatabase({ adminUrl, appUrl: url })
    return { url, adminUrl }
  }
  const database = await createDatabase({ url, poolSize: 1 })
  try {
    await createDirectory(database).findAccountByNumber(demoTenant.number)
  } catch (error) {
    throw new Error(
      `DATABASE_URL is set, but the database there is of no use as it is: ${(error as Error).message}.\n` +
        'Set DATABASE_ADMIN_URL too, so that it can be migrated; or unset both, and one is started here.',
      { cause: error },
    )
  } finally {
    await database.close()
  }
  return { url, adminUrl: null }
}
