import { Failure } from '../domain/failure.ts'

/** Kind and place of an error, for the log: its message may quote what a person said. A failure of ours never does. */
export function describeError(error: unknown): { kind: string; code?: string; reason?: string; at?: string[] } {
  if (error instanceof Failure) return { kind: error.name, code: error.code, reason: error.message }
  const { name, stack = '' } = error instanceof Error ? error : new Error('not an error')
  return { kind: name, at: stack.split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 8) }
}
