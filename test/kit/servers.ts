import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateDatabase } from '../../db/migrate.ts'
import { findFreePort } from '../../sandbox/ports.ts'
import { startPostgres } from '../../sandbox/postgres.ts'
import { startTemporal } from '../../sandbox/temporal.ts'
import { execute } from './sql.ts'

const template = 'ironvoice_template'
const password = 'throw-away'

export interface TestServers {
  /** What the kit reads (`environment.ts`). */
  variables: Record<string, string>
  stop(): Promise<void>
}

/** The real servers that tests share: PostgreSQL with a migrated template, Temporal's dev server. `home` keeps the downloaded one. */
export async function startTestServers(home: string, say: (line: string) => void): Promise<TestServers> {
  const directory = await mkdtemp(join(tmpdir(), 'ironvoice-test-'))
  // As root, PostgreSQL runs as a user of its own, which must get through.
  await chmod(directory, 0o711)
  const stops: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })]
  const stop = async () => {
    for (const end of stops.splice(0)) await end()
  }

  async function startDatabase() {
    const port = await findFreePort()
    const server = await startPostgres({ directory: join(directory, 'postgres'), port, password, isDurable: false, say })
    stops.unshift(() => server.stop())
    await execute(server.url('postgres'), `create database ${template}`)
    const appUrl = `postgres://ironvoice_app:${password}@127.0.0.1:${port}/${template}`
    await migrateDatabase({ adminUrl: server.url(template), appUrl })
    return { TEST_POSTGRES_URL: server.url('postgres'), TEST_POSTGRES_APP_URL: appUrl, TEST_POSTGRES_TEMPLATE: template }
  }

  async function startWorkflowServer() {
    const server = await startTemporal({ home, say })
    stops.unshift(() => server.stop())
    return { TEST_TEMPORAL_ADDRESS: server.address }
  }

  try {
    const [database, workflows] = await Promise.all([startDatabase(), startWorkflowServer()])
    return { variables: { ...database, ...workflows }, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
