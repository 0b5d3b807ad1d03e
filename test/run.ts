/**
 * `npm test [-- jest's arguments]`: brings up the real servers that the tests need – PostgreSQL, and Temporal's dev
 * server – runs jest against them, and takes them down again. Everything is thrown away but the downloaded server.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { migrateDatabase } from '../db/migrate.ts'
import { findFreePort } from '../sandbox/ports.ts'
import { startPostgres } from '../sandbox/postgres.ts'
import { startTemporal } from '../sandbox/temporal.ts'
import { execute } from './kit/sql.ts'

const template = 'ironvoice_template'
const password = 'throw-away'
const home = resolve(process.env.IRONVOICE_HOME ?? '.ironvoice')
const directory = await mkdtemp(join(tmpdir(), 'ironvoice-test-'))
// As root, PostgreSQL runs as a user of its own, which must get through.
await chmod(directory, 0o711)
const stops: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })]
const say = (line: string) => console.error(`test set-up: ${line}`)

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

async function runJest(variables: Record<string, string>): Promise<number> {
  const jest = createRequire(import.meta.url).resolve('jest/bin/jest')
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, ...process.argv.slice(2)]
  const child = spawn(process.execPath, flags, { stdio: 'inherit', env: { ...process.env, ...variables } })
  const forward = (name: NodeJS.Signals) => child.kill(name)
  process.once('SIGINT', forward).once('SIGTERM', forward)
  const [code] = await once(child, 'exit')
  return code ?? 1
}

try {
  const [database, workflows] = await Promise.all([startDatabase(), startWorkflowServer()])
  process.exitCode = await runJest({ ...database, ...workflows })
} finally {
  for (const stop of stops) await stop()
}
