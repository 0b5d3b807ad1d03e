import { Failure } from '../domain/failure.ts'

/** SQLSTATE classes and codes that say "not now": connections, resources, shutdown, time-outs, lost races. */
const passing = /^(08|53|57P|57014|55P03|25P0[34]|25006|40001|40P01)/
/** The class of values that a column can't hold: too large a number, too late a date, U+0000. */
const unfit = /^22/
const socketError = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST|ENET)/
// What pg says without a code of its own.
const lostConnection =
  /^(Connection (terminated|ended)|timeout exceeded|Client (has encountered|was closed)|Cannot use a pool)/

interface DriverError extends Error {
  code?: string
  table?: string
  constraint?: string
}

// By shape: Node's own socket errors may come from another realm than ours.
const isDriverError = (error: unknown): error is DriverError =>
  typeof error === 'object' && error !== null && 'message' in error

/**
 * The one translation of what PostgreSQL and its driver throw. A driver's own error never leaves: its text holds the
 * values of the row, and with them people's names and numbers.
 * Errors that aren't the driver's are handed back as they are.
 */
export function databaseFailure(error: unknown): unknown {
  if (error instanceof Failure || !isDriverError(error)) return error
  const { code = '', message, table, constraint } = error
  if (passing.test(code)) return new Failure('database-unavailable', `PostgreSQL ${code}`)
  if (socketError.test(code)) return new Failure('database-unavailable', `Database connection: ${code}`)
  if (lostConnection.test(message)) return new Failure('database-unavailable', 'Database connection lost')
  if (/^[0-9A-Z]{5}$/.test(code)) {
    const place = `${table ? ` on ${table}` : ''}${constraint ? ` (${constraint})` : ''}`
    return new Failure(unfit.test(code) ? 'request-malformed' : 'internal', `PostgreSQL ${code}${place}`)
  }
  return error
}
