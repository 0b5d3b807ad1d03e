import { randomBytes } from 'node:crypto'
import { required } from './environment.ts'
import { execute } from './sql.ts'

export interface TestDatabase {
  /** The owner's connection: migrations, and looking at everything. */
  adminUrl: string
  /** What production code is given. */
  appUrl: string
  drop(): Promise<void>
}

/** A freshly migrated database of its own, copied from the run's template, in the run's real PostgreSQL. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = required('TEST_POSTGRES_URL')
  const name = `test_${randomBytes(8).toString('hex')}`
  await execute(serverUrl, `create database ${name} template ${required('TEST_POSTGRES_TEMPLATE')}`)
  const appUrl = new URL(required('TEST_POSTGRES_APP_URL'))
  const adminUrl = new URL(serverUrl)
  appUrl.pathname = adminUrl.pathname = `/${name}`
  return {
    adminUrl: adminUrl.href,
    appUrl: appUrl.href,
    drop: () => execute(serverUrl, `drop database if exists ${name} with (force)`).then(() => {}),
  }
}
