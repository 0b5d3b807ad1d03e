import { once } from 'node:events'
import { createServer, STATUS_CODES, type RequestListener, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { Failure, type FailureCode } from '../domain/failure.ts'
import type { ApiMetrics } from './api-metrics.ts'
import { toProblem } from './problem.ts'

const maxHeaderBytes = 16 * 1024

/** What Node's parser gives up on by itself, before any request exists. */
const parserRefusals: Record<string, FailureCode> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
  HPE_HEADER_OVERFLOW: 'request-too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'request-too-large',
}

/**
 * An HTTP server with bounds on slow and large requests, whose own refusals – Node sends them past any middleware –
 * bear `headers` and a code like all others.
 */
export function createApiServer(options: {
  listener: RequestListener
  headers: Readonly<Record<string, string>>
  metrics: ApiMetrics
  headersTimeoutMs?: number
  requestTimeoutMs?: number
}): Server {
  const { listener, headers, metrics, headersTimeoutMs = 5_000, requestTimeoutMs = 10_000 } = options
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs),
      keepAliveTimeout: 65_000,
      // Node answers a missing Host by itself, without our headers; nothing here looks at it.
      requireHostHeader: false,
      maxHeaderSize: maxHeaderBytes,
    },
    listener,
  )
  server.on('checkExpectation', listener)
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const failure = new Failure(parserRefusals[error.code ?? ''] ?? 'request-malformed')
    metrics.refusals.inc({ code: failure.code })
    refuse(socket, failure, headers)
  })
  return server
}

function refuse(socket: Duplex, failure: Failure, headers: Readonly<Record<string, string>>): void {
  const problem = toProblem(failure)
  const all = { ...headers, ...problem.headers, Connection: 'close', 'Content-Length': Buffer.byteLength(problem.body) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n`
  socket.end(`${head}${lines.join('')}\r\n${problem.body}`, () => socket.destroy())
}

/** Takes nothing new, lets what is being answered finish within `withinMs`, then cuts the rest off. */
export async function drain(server: Server, withinMs: number): Promise<void> {
  const cutOff = setTimeout(() => server.closeAllConnections(), withinMs)
  const closed = once(server, 'close')
  server.close()
  // Node closes the connections that are idle now, and would keep those that become so.
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  await closed
  clearInterval(sweep)
  clearTimeout(cutOff)
}
