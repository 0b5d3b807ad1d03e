import { chmodSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { tryLock } from './lock.ts'
import { endLeftOvers } from './process-record.ts'

export interface Home {
  path: string
  /** Lets the next run in. */
  release(): void
}

const neededBytes = 500 * 1024 * 1024

/**
 * Takes the folder that everything is kept in, for this process alone, and repairs what a killed run left: its lock binds
 * nobody, the processes that it started are ended. Nobody else may look into the folder.
 * @throws Error in words for the person at the terminal: another run is on, the disk is full, the folder may not be written.
 */
export async function openHome(directory: string, say: (line: string) => void): Promise<Home> {
  const path = resolve(directory)
  mkdirSync(path, { recursive: true })
  // As root, PostgreSQL runs as a user of its own and must pass through to its data; it can list and read nothing else here.
  chmodSync(path, process.getuid?.() === 0 ? 0o711 : 0o700)
  requireDiskSpace(path)
  const lock = tryLock(join(path, 'lock'))
  if (!lock) throw new Error(`IronVoice is running already in ${path}${holderOf(path)}. End that one first, or set IRONVOICE_HOME to another folder.`)
  try {
    writeFileSync(join(path, 'pid'), String(process.pid), { mode: 0o600 })
    const ended = await endLeftOvers(path)
    if (ended.length) say(`an earlier run was killed; ended what it left running: ${ended.join(', ')}`)
    return { path, release: () => lock.release() }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** @throws Error when too little is free for a database to live on. */
export function requireDiskSpace(path: string, bytes = neededBytes): void {
  const { bavail, bsize } = statfsSync(path)
  const free = bavail * bsize
  if (free >= bytes) return
  const megabytes = (count: number) => `${Math.floor(count / 1024 / 1024)} MB`
  throw new Error(`The disk is full: ${megabytes(free)} free at ${path}, at least ${megabytes(bytes)} are needed. Nothing was changed; make room and start again.`)
}

function holderOf(path: string): string {
  try {
    return ` (process ${readFileSync(join(path, 'pid'), 'utf8')})`
  } catch {
    return ''
  }
}
