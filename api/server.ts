import { once } from 'node:events'
import { STATUS_CODES, type RequestListener, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { Failure } from '../domain/failure.ts'
import { createHttpServer, type HttpBounds } from '../providers/http-server.ts'
import type { ApiMetrics } from './api-metrics.ts'
import { toProblem } from './problem.ts'

/**
 * An HTTP server with bounds on slow, large and many requests, whose own refusals – Node sends them past any
 * middleware – bear `headers` and a code like all others.
 */
export function createApiServer(options: {
  listener: RequestListener
  headers: Readonly<Record<string, string>>
  metrics: ApiMetrics
  bounds?: Partial<HttpBounds>
}): Server {
  const { listener, headers, metrics, bounds } = options
  return createHttpServer({
    listener,
    bounds,
    refuse(socket, code) {
      metrics.refusals.inc({ code })
      refuse(socket, new Failure(code), headers)
    },
    onGivenUp: (code) => metrics.refusals.inc({ code }),
  })
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
