import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Child {
  name: string
  pid: number
  /** @throws Error when the child ends without an answer. */
  ask<Answer>(question: string, about?: unknown): Promise<Answer>
  /** Rejects when it ends; never resolves. */
  gone: Promise<never>
  /** Ends it at once: nothing that it holds is wanted. */
  end(): Promise<void>
}

export interface ChildOptions {
  name: string
  script: string
  /** Modules that are loaded before the script. */
  preloads?: string[]
  env?: Record<string, string>
  /** Cores that it is bound to, as `taskset -c` takes them; null for no bounds of its own. */
  cores: string | null
  /** Where its output goes. */
  directory: string
}

/** A process that is asked by messages (questions.ts). In a group of its own: Ctrl-C reaches the parent, which ends it. */
export function startChild({ name, script, preloads = [], env = {}, cores, directory }: ChildOptions): Child {
  const logPath = join(directory, `${name}.log`)
  const log = openSync(logPath, 'w')
  const node = [process.execPath, ...preloads.flatMap((path) => ['--import', path]), script]
  const [command, ...args] = cores === null ? node : ['taskset', '-c', cores, ...node]
  const child = spawn(command!, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  })
  closeSync(log)
  const asked = new Map<number, (answer: unknown) => void>()
  const gone = Promise.withResolvers<never>()
  const ended = new Promise<void>((resolve) => child.once('close', resolve).once('error', () => resolve()))
  let lastId = 0

  gone.promise.catch(() => {})
  child.once('error', gone.reject)
  child.once('exit', (code, signal) => {
    const lastLines = readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-12).join('\n')
    gone.reject(new Error(`${name} ended (${signal ?? code}):\n${lastLines}`))
  })
  child.on('message', ({ id, answer }: { id: number; answer: unknown }) => {
    asked.get(id)?.(answer)
    asked.delete(id)
  })
  return {
    name,
    pid: child.pid!,
    gone: gone.promise,
    ask<Answer>(question: string, about?: unknown) {
      const { promise, resolve } = Promise.withResolvers<unknown>()
      asked.set((lastId += 1), resolve)
      if (child.connected) child.send({ id: lastId, question, about })
      return Promise.race([promise, gone.promise]) as Promise<Answer>
    },
    async end() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
