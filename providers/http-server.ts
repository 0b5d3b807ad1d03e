import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FailureCode } from '../domain/failure.ts'

/** Bounds of one HTTP server and its connections. Times in milliseconds. */
export const httpBounds = {
  /** From the connection, or the head's first byte, to the head's end. */
  headMs: 5_000,
  /** From the same to the body's end. */
  requestMs: 10_000,
  /** How often Node looks for those that are past the two above. */
  checkEveryMs: 1_000,
  /** Nothing moves in either direction, because nobody reads our answer. */
  stalledMs: 30_000,
  /** Between two requests: longer than the proxies in front keep a connection. */
  keepAliveMs: 65_000,
  maxHeadBytes: 16 * 1024,
  /** Connections on which nothing is asked (yet, or any more). One more, and the one that has waited longest goes. */
  maxWaiting: 2_000,
  /** All connections, sockets that were upgraded included. */
  maxConnections: 8_000,
} as const
export type HttpBounds = { [Name in keyof typeof httpBounds]: number }

/** What Node gives up on by itself, before any request exists. */
const parserRefusals: Record<string, FailureCode> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
  HPE_HEADER_OVERFLOW: 'request-too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'request-too-large',
}

export interface HttpServerOptions {
  listener: RequestListener
  /** Without it a request to upgrade is a request like any other. */
  onUpgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Answers on a bare socket with the code's status and ends it. */
  refuse(socket: Duplex, code: FailureCode): void
  /** A connection was closed without an answer: there was no room for it, or nobody read. */
  onGivenUp(code: FailureCode): void
  bounds?: Partial<HttpBounds>
}

/** An HTTP server on which slow, silent, large and many clients are bounded, and each refusal is the caller's own. */
export function createHttpServer({ listener, onUpgrade, refuse, onGivenUp, bounds }: HttpServerOptions): Server {
  const { headMs, requestMs, checkEveryMs, stalledMs, keepAliveMs, maxHeadBytes, maxWaiting, maxConnections } = { ...httpBounds, ...bounds }
  /** In the order in which they began to wait. */
  const waiting = new Set<Duplex>()
  const server = createServer({
    headersTimeout: headMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: checkEveryMs,
    keepAliveTimeout: keepAliveMs,
    maxHeaderSize: maxHeadBytes,
    // Node answers a missing Host by itself, without our headers; nothing here looks at it.
    requireHostHeader: false,
  })
  server.timeout = stalledMs
  server.maxConnections = maxConnections

  function turnAway(socket: Duplex, code: FailureCode) {
    if (socket.writable) refuse(socket, code)
    else socket.destroy()
  }

  function wait(socket: Duplex) {
    if (socket.destroyed) return
    waiting.add(socket)
    if (waiting.size <= maxWaiting) return
    const [longest] = waiting
    waiting.delete(longest!)
    turnAway(longest!, 'connections-exhausted')
  }

  server.on('connection', (socket) => {
    socket.once('close', () => waiting.delete(socket))
    wait(socket)
  })
  const onRequest: RequestListener = (request, response) => {
    const { socket } = request
    waiting.delete(socket)
    response.once('close', () => wait(socket))
    listener(request, response)
  }
  server.on('request', onRequest).on('checkExpectation', onRequest)
  server.on('connect', (_, socket) => {
    socket.on('error', () => socket.destroy())
    turnAway(socket, 'method-not-allowed')
  })
  if (onUpgrade) {
    server.on('upgrade', (request, socket, head) => {
      waiting.delete(socket)
      onUpgrade(request, socket, head)
    })
  }
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET') socket.destroy()
    else turnAway(socket, parserRefusals[error.code ?? ''] ?? 'request-malformed')
  })
  server.on('timeout', (socket) => {
    // One that was kept for a further request ends here too, with nothing left to send.
    if (socket.writableLength > 0) onGivenUp('request-timeout')
    socket.destroy()
  })
  server.on('drop', () => onGivenUp('connections-exhausted'))
  return server
}
