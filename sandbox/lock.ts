import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseSync } from 'node:sqlite'

export interface Lock {
  release(): void
}

/**
 * Takes the lock at `path`, or null when another process holds it. The kernel keeps the lock (SQLite's, on an empty file)
 * and drops it when its holder dies, however it dies: a left-over file locks nothing.
 */
export function tryLock(path: string): Lock | null {
  mkdirSync(dirname(path), { recursive: true })
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    const isBusy = (error as { errcode?: number }).errcode === 5
    if (isBusy) return null
    throw error
  }
  return { release: () => database.close() }
}

/** Waits for the lock at `path`; `onWait` is called once when it isn't free at once. */
export async function waitForLock(path: string, onWait: () => void): Promise<Lock> {
  let lock = tryLock(path)
  if (!lock) onWait()
  while (!lock) {
    await sleep(250)
    lock = tryLock(path)
  }
  return lock
}
