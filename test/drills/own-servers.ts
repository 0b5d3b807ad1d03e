import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { migrateDatabase } from '../../db/migrate.ts'
import { findFreePort } from '../../sandbox/ports.ts'
import { startPostgres } from '../../sandbox/postgres.ts'
import { startTemporal } from '../../sandbox/temporal.ts'
import { execute } from '../kit/sql.ts'
import { eventually } from './drill.ts'

const password = 'throw-away'
const home = () => resolve(process.env.IRONVOICE_HOME ?? '.ironvoice')

/** A PostgreSQL that can be done harm to: nobody else uses it, and what it acknowledged it keeps. `parent`: a disk of its own. */
export async function startOwnPostgres(parent?: string) {
  const directory = await mkdtemp(join(parent ?? tmpdir(), 'ironvoice-own-'))
  await chmod(directory, 0o711)
  const port = await findFreePort()
  const start = () => startPostgres({ directory: join(directory, 'postgres'), port, password })
  let server = await start()
  let isRunning = true
  const watch = () => void server.ended.then(() => (isRunning = false))
  watch()
  const adminUrl = server.url('ironvoice')
  const appUrl = `postgres://ironvoice_app:${password}@127.0.0.1:${port}/ironvoice`
  await execute(server.url('postgres'), 'create database ironvoice')
  await migrateDatabase({ adminUrl, appUrl })

  async function signalAll(name: NodeJS.Signals) {
    for (const pid of [server.pid, ...(await childrenOf(server.pid))]) signal(pid, name)
  }

  return {
    adminUrl,
    appUrl,
    async kill() {
      signal(server.pid, 'SIGKILL')
      await server.ended
    },
    /** Once the last of the killed one's processes has let go of its memory. */
    async startAgain() {
      await eventually('PostgreSQL is there again', async () => {
        server = await start()
        return true
      })
      isRunning = true
      watch()
    },
    isRunning: () => isRunning,
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    async stop() {
      await signalAll('SIGCONT')
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** A Temporal server that can be killed, and begins again with what it had. `parent`: a disk of its own. */
export async function startOwnTemporal(parent?: string) {
  const directory = await mkdtemp(join(parent ?? tmpdir(), 'ironvoice-own-'))
  const ports = { grpc: await findFreePort(), ui: await findFreePort() }
  const { TEMPORAL_ADDRESS: _given, ...environment } = process.env
  const start = () => startTemporal({ home: home(), ports, databaseFile: join(directory, 'temporal.db'), environment })
  let server = await start()
  return {
    address: server.address,
    namespace: server.namespace,
    async kill() {
      signal(server.pid!, 'SIGKILL')
      await server.ended
    },
    async startAgain() {
      server = await start()
    },
    async stop() {
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // gone meanwhile
  }
}

/** proc_pid_stat(5): after the name in brackets, which may hold anything, the state and the parent. */
async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const stats = await Promise.all(pids.map(async (pid) => [pid, await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')] as const))
  return stats.flatMap(([pid, stat]) => (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(parent) ? [Number(pid)] : []))
}
