import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { createCertificate } from './certificate.ts'

export type Protocol = 'http/1.1' | 'http/1.1 and TLS' | 'h2'

/** One request for a completion, as it came over the wire. */
export interface WireExchange {
  response: ServerResponse
  bytes: Buffer
  body: Record<string, unknown>
  headers: IncomingHttpHeaders
  /** The other side's port: the same for all that comes over one connection. */
  port: number
  protocol: string
  /** Resets the connection beneath it. */
  reset(): void
  readonly isClosed: boolean
  /** True once the other side gave it up. */
  readonly isAborted: boolean
}

export type Wire = (exchange: WireExchange) => unknown

/** A model's vendor over real sockets; with TLS, ALPN agrees on the protocol. */
export async function startModelServer(protocol: Protocol) {
  const exchanges: WireExchange[] = []
  const raw = new Set<Socket>()
  const sockets = new Set<Socket>()
  let wire: Wire = ({ response }) => response.writeHead(404).end()

  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const { remotePort } = request.socket
    let isClosed = false
    let isAborted = false
    response.on('close', () => {
      isClosed = true
      isAborted = !response.writableEnded
    })
    const bytes = Buffer.concat(await Array.fromAsync(request).catch(() => []))
    const exchange: WireExchange = {
      response,
      bytes,
      body: bytes.length > 0 ? JSON.parse(bytes.toString()) : {},
      headers: request.headers,
      port: remotePort!,
      protocol: request.httpVersion,
      reset: () => [...raw].find((socket) => socket.remotePort === remotePort)?.resetAndDestroy(),
      get isClosed() {
        return isClosed
      },
      get isAborted() {
        return isAborted
      },
    }
    exchanges.push(exchange)
    await wire(exchange)
  }
  const isSecure = protocol !== 'http/1.1'
  const server = create(protocol, listener)
  const keep = (open: Set<Socket>) => (socket: Socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => {})
  }
  server.on('connection', keep(raw)).on(isSecure ? 'secureConnection' : 'connection', keep(sockets))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `${isSecure ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    exchanges,
    /** Open connections, used or not. */
    sockets,
    /** What becomes of the requests from now on. */
    answerWith(script: Wire) {
      wire = script
    },
    stop() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

const { key, cert } = createCertificate()
setDefaultCACertificates([...getCACertificates('default'), cert])

function create(protocol: Protocol, listener: (request: IncomingMessage, response: ServerResponse) => void) {
  if (protocol === 'http/1.1') return createServer(listener)
  if (protocol === 'http/1.1 and TLS') return createTlsServer({ key, cert }, listener)
  // The compatibility API's requests and responses are used for what they share with HTTP/1.1's.
  return createSecureServer({ key, cert }, listener as never)
}

export const sse = (payload: unknown) => `data: ${typeof payload === 'string' ? payload : JSON.stringify(payload)}\n\n`

export const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-4o-mini',
  choices: [{ index: 0, delta, finish_reason }],
  usage: null,
})

export const hello = [chunk({ role: 'assistant', content: '' }), chunk({ content: 'Héllo' }), chunk({ content: ' there.' }), chunk({}, 'stop')]

/** Answers with these events, and the one that ends a stream. */
export const answer = (...payloads: unknown[]): Wire => ({ response }) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.end([...payloads, '[DONE]'].map(sse).join(''))
}
