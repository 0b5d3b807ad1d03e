import { existsSync, renameSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from '@temporalio/client'
import { startChildProcess, type ChildProcess } from './child-process.ts'
import { findTemporalServer } from './find-temporal-server.ts'
import { findFreePort } from './ports.ts'
import { endLeftOvers } from './process-record.ts'

export interface TemporalServer {
  /** `host:port` of the gRPC frontend. */
  address: string
  namespace: string
  /** Null where we didn't start it: whoever did knows. */
  uiUrl: string | null
  pid: number | null
  stop(): Promise<void>
  /** Settles when a server that we started ends, whoever ended it. */
  ended: Promise<string>
}

export interface TemporalOptions {
  /** Where the server's program, log and pid are kept. */
  home: string
  /** Free ones when left out. */
  ports?: { grpc?: number; ui?: number }
  /** What the server keeps its state in; in memory when left out. */
  databaseFile?: string
  say?: (line: string) => void
  environment?: NodeJS.ProcessEnv
}

const readyWithinMs = 60_000
const answersWithinMs = 5_000

/**
 * A real Temporal server: the one at `TEMPORAL_ADDRESS` if that answers, else the dev server of the Temporal CLI (UI included),
 * which is found, downloaded or built ({@link findTemporalServer}). Resolves when it takes workflows.
 * @throws Error with the remedies, or with the server's own last words.
 */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  const { home, ports = {}, databaseFile, say = () => {}, environment = process.env } = options
  const namespace = environment.TEMPORAL_NAMESPACE || 'default'
  const given = environment.TEMPORAL_ADDRESS
  if (given) {
    const trouble = await whyNotReady({ address: given, namespace, apiKey: environment.TEMPORAL_API_KEY }, answersWithinMs)
    if (!trouble) {
      return { address: given, namespace, uiUrl: null, pid: null, stop: async () => {}, ended: new Promise(() => {}) }
    }
    say(`the Temporal server at TEMPORAL_ADDRESS (${given}) does not answer (${trouble}); starting one here`)
  }
  await endLeftOvers(home)
  const executable = await findTemporalServer({ home, say, environment })
  const [grpc, ui] = await Promise.all([findFreePort(ports.grpc), findFreePort(ports.ui)])
  const start = () => startServer({ home, executable, grpc, ui, namespace, databaseFile })
  const server = await start().catch((error: Error) => {
    if (!databaseFile || !existsSync(databaseFile) || !isDatabaseDamaged(error.message)) throw error
    const aside = setAside(databaseFile)
    say(`Temporal's database is damaged; it is set aside as ${aside} and a new one begun (calls and their data are in PostgreSQL)`)
    return start()
  })
  return {
    address: `127.0.0.1:${grpc}`,
    namespace,
    uiUrl: `http://127.0.0.1:${ui}`,
    pid: server.pid,
    stop: () => server.stop(15_000),
    ended: server.ended,
  }
}

async function startServer(options: {
  home: string
  executable: string
  grpc: number
  ui: number
  namespace: string
  databaseFile: string | undefined
}): Promise<ChildProcess> {
  const { home, executable, grpc, ui, namespace, databaseFile } = options
  const server = await startChildProcess({
    home,
    name: databaseFile ? 'temporal' : 'temporal-in-memory',
    command: executable,
    args: ['server', 'start-dev', '--namespace', namespace, '--log-level', 'error', '--log-format', 'json']
      .concat(['--ip', '127.0.0.1', '--port', String(grpc), '--ui-port', String(ui)])
      .concat(databaseFile ? ['--db-filename', databaseFile] : []),
  })
  try {
    const trouble = await Promise.race([
      whyNotReady({ address: `127.0.0.1:${grpc}`, namespace }, readyWithinMs, server.isRunning),
      server.ended.then((how) => `it ended (${how})`),
    ])
    if (trouble) throw new Error(`Temporal did not start: ${trouble}. Its last words (${server.logFile}):\n${server.lastLines()}`)
    return server
  } catch (error) {
    await server.stop(0)
    throw error
  }
}

interface Target {
  address: string
  namespace: string
  apiKey?: string | undefined
}

/**
 * Waits until a server takes workflows in the namespace: listing goes the way of starting, through the namespace cache and
 * the visibility store, where a mere health check does not.
 * @returns null when it does, else why not.
 */
async function whyNotReady(target: Target, withinMs: number, isWorthTrying = () => true): Promise<string | null> {
  const { address, namespace, apiKey } = target
  const deadline = Date.now() + withinMs
  let trouble = 'not ready in time'
  while (isWorthTrying() && Date.now() < deadline) {
    try {
      const connection = await Connection.connect({ address, apiKey, tls: apiKey ? true : undefined, connectTimeout: 2_000 })
      try {
        await connection.withDeadline(Date.now() + 2_000, () =>
          connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 }),
        )
        return null
      } finally {
        await connection.close()
      }
    } catch (error) {
      trouble = (error as Error).message.split('\n')[0]!
      await sleep(100)
    }
  }
  return trouble
}

/** SQLite's result codes 1 (schema of another version), 11 (malformed) and 26 (not a database), as the dev server reports them. */
function isDatabaseDamaged(words: string): boolean {
  return /failed starting server: .*\((?:1|11|26)\)/.test(words)
}

function setAside(databaseFile: string): string {
  const aside = `${databaseFile}.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(databaseFile + suffix)) renameSync(databaseFile + suffix, aside + suffix)
  }
  return aside
}
