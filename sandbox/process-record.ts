import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * What tells a process from any other that ever had its pid: the boot and the moment it began.
 * @returns null when there is no such process, or only what is left of one that nobody waited for.
 */
export function processIdentity(pid: number): string | null {
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).trim() || null
    }
    // proc_pid_stat(5): the name in brackets may hold anything; then state, …, and as the 20th after it the start time
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return null
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`
  } catch {
    return null
  }
}

interface ProcessRecord {
  name: string
  pid: number
  identity: string | null
  /** What ends it in good order. */
  signal: NodeJS.Signals
  parent: { pid: number; identity: string | null }
}

/**
 * Writes down, below `home`, a child of this process that would be left running if this process were killed.
 * @returns forgets it again.
 */
export function recordProcess(home: string, name: string, pid: number, signal: NodeJS.Signals = 'SIGTERM'): () => void {
  const path = join(home, 'pids', `${name}.${pid}`)
  const parent = { pid: process.pid, identity: processIdentity(process.pid) }
  const record: ProcessRecord = { name, pid, identity: processIdentity(pid), signal, parent }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, JSON.stringify(record))
  return () => rmSync(path, { force: true })
}

/**
 * Ends what killed runs left running below `home`, and nothing else: neither what has its parent still, nor a process
 * that merely has a recorded pid by now.
 * @returns the names of those that were ended.
 */
export function endLeftOvers(home: string, graceMs?: number): Promise<string[]> {
  return endRecorded(home, ({ parent }) => !isRunning(parent), graceMs)
}

/** Ends whatever this process started below `home` and didn't end otherwise. */
export async function endOwnProcesses(home: string, graceMs?: number): Promise<void> {
  await endRecorded(home, ({ parent }) => parent.pid === process.pid, graceMs)
}

async function endRecorded(home: string, isMeant: (record: ProcessRecord) => boolean, graceMs = 15_000): Promise<string[]> {
  const meant = readRecords(home).filter(({ record }) => !record || isMeant(record))
  const running = meant.flatMap(({ record }) => (record && isRunning(record) ? [record] : []))
  await Promise.all(
    running.map(async (child) => {
      tryKill(child.pid, child.signal)
      for (const deadline = Date.now() + graceMs; isRunning(child) && Date.now() < deadline; ) await sleep(50)
      if (isRunning(child)) tryKill(child.pid, 'SIGKILL')
      while (isRunning(child)) await sleep(50)
    }),
  )
  for (const { path } of meant) rmSync(path, { force: true })
  return running.map(({ name }) => name)
}

function isRunning({ pid, identity }: { pid: number; identity: string | null }): boolean {
  return identity !== null && processIdentity(pid) === identity
}

function readRecords(home: string): { path: string; record: ProcessRecord | null }[] {
  const directory = join(home, 'pids')
  if (!existsSync(directory)) return []
  return readdirSync(directory).map((name) => {
    const path = join(directory, name)
    try {
      return { path, record: JSON.parse(readFileSync(path, 'utf8')) as ProcessRecord }
    } catch {
      return { path, record: null } // half-written by a run that was killed meanwhile
    }
  })
}

function tryKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // ended by itself
  }
}
