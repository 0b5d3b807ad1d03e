import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Failure } from '../domain/failure.ts'

const retryAfterSeconds = 5

/** A failure as an HTTP client sees it: a problem document (RFC 9457) with the failure's code. */
export function toProblem({ code, status }: Failure) {
  return {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      Connection: 'close',
      ...(status === 503 && { 'Retry-After': String(retryAfterSeconds) }),
    },
    body: JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, code }),
  }
}

/** Answers on a bare socket, in place of an upgrade or of a request that could not be read, and ends it. */
export function refuse(socket: Duplex, failure: Failure, commonHeaders: Readonly<Record<string, string>>): void {
  if (!socket.writable) return void socket.destroy()
  const { status, headers, body } = toProblem(failure)
  const lines = Object.entries({ ...commonHeaders, ...headers, 'Content-Length': Buffer.byteLength(body) })
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines.map(([name, value]) => `${name}: ${value}`)]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
