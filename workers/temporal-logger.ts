import { ApplicationFailure } from '@temporalio/common'
import type { Logger as TemporalLogger, LogLevel, LogMetadata } from '@temporalio/worker'
import type { Logger } from '../providers/logger.ts'

/**
 * Temporal's log lines, written by our logger. Of errors it keeps code, kind and place: an unknown error's message may
 * quote a person.
 */
export function createTemporalLogger(logger: Logger): TemporalLogger {
  const write = (level: LogLevel, message: string, meta: LogMetadata = {}) => {
    const { error, ...rest } = meta
    const method = level.toLowerCase() as 'trace' | 'debug' | 'info' | 'warn' | 'error'
    logger[method]({ ...rest, ...(error !== undefined && { failure: describeError(error) }) }, message)
  }
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  }
}

function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { kind: typeof error }
  const at = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) }
  // Only what activities/application-failure.ts made has a type, and a message that somebody vouched for.
  if (error instanceof ApplicationFailure && error.type)
    return { code: error.type, reason: error.message, at, ...cause }
  return { kind: error.name, at, ...cause }
}
