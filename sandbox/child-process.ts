import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { recordProcess } from './process-record.ts'

export interface ChildProcess {
  name: string
  pid: number
  logFile: string
  /** Settles, never rejects, with how it ended: `exit code 1`, `SIGKILL`. */
  ended: Promise<string>
  isRunning(): boolean
  /** SIGTERM, then SIGKILL after `graceMs`; settles when it is gone. */
  stop(graceMs?: number): Promise<void>
  /** The end of what it wrote since it was started. */
  lastLines(count?: number): string
}

const maxLogBytes = 5 * 1024 * 1024

/**
 * Starts a program in the background, its output in `home/logs/NAME.log`, and records it so that a later run can end it.
 * It is in a process group of its own: Ctrl-C reaches the parent alone, which then ends its children in order.
 * @throws what the system says when the program can't be started.
 */
export async function startChildProcess(options: {
  home: string
  name: string
  command: string
  args: string[]
  env?: NodeJS.ProcessEnv
  cwd?: string
}): Promise<ChildProcess> {
  const { home, name, command, args, env, cwd } = options
  const logFile = openLog(home, name)
  const { size: logStart } = statSync(logFile)
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  if (!child.pid) throw await new Promise<Error>((resolve) => child.once('error', resolve))
  const forget = recordProcess(home, name, child.pid)
  let isRunning = true
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      isRunning = false
      forget()
      resolve(signal ?? `exit code ${code}`)
    })
  })
  return {
    name,
    pid: child.pid,
    logFile,
    ended,
    isRunning: () => isRunning,
    async stop(graceMs = 10_000) {
      if (!isRunning) return
      child.kill('SIGTERM')
      const grace = new AbortController()
      await Promise.race([ended, sleep(graceMs, undefined, { signal: grace.signal }).catch(() => {})])
      grace.abort()
      if (isRunning) child.kill('SIGKILL')
      await ended
    },
    lastLines(count = 12) {
      const written = readFileSync(logFile).subarray(logStart).toString()
      return written.trimEnd().split('\n').slice(-count).join('\n')
    },
  }
}

/** Appends to what is there, unless that has grown large: then it becomes the one older log. */
function openLog(home: string, name: string): string {
  const directory = join(home, 'logs')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, `${name}.log`)
  closeSync(openSync(path, 'a', 0o600))
  if (statSync(path).size > maxLogBytes) {
    renameSync(path, `${path}.1`)
    closeSync(openSync(path, 'a', 0o600))
  }
  return path
}
