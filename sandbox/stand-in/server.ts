import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { Fault, Faults } from './faults.ts'

export interface Exchange {
  method: string
  url: URL
  headers: IncomingHttpHeaders
  body: Buffer
  /** Aborted when the client goes away before it has its answer. */
  signal: AbortSignal
  fault: Fault | undefined
}

export interface Answer {
  status: number
  headers?: Record<string, string>
  body?: string | Uint8Array | AsyncIterable<string | Uint8Array>
}

export interface StandInServer {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  url: string
  stop(): Promise<void>
}

export interface ServerDeps {
  port?: number | undefined
  faults: Faults
  handle(exchange: Exchange): Promise<Answer> | Answer
  /** Told of every request that is not for `/admin/`, whatever becomes of it. */
  onExchange?: (exchange: Exchange) => void
  /** The vendor's error form. */
  refuse(status: number, message: string): Answer
  upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  maxBodyBytes?: number
}

export const json = (status: number, value: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(value),
})

/**
 * An HTTP server on the loopback address that has the troubles it is told to have (`GET`/`POST /admin/faults`).
 * @throws Error `EADDRINUSE` when the port is taken.
 */
export async function startServer(deps: ServerDeps): Promise<StandInServer> {
  const server = createServer((request, response) => {
    void serve(deps, request, response).catch(() => response.destroy())
  })
  if (deps.upgrade) server.on('upgrade', deps.upgrade)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(deps.port ?? 0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function serve(deps: ServerDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { faults, refuse, maxBodyBytes = 4 * 1024 * 1024 } = deps
  const url = new URL(request.url ?? '/', 'http://stand-in')
  const method = request.method ?? 'GET'
  const body = await readBody(request, maxBodyBytes)
  if (!body) return write(response, refuse(413, 'Request body too large'))
  if (url.pathname === '/admin/faults') return write(response, answerFaults(faults, method, body))
  const gone = new AbortController()
  response.once('close', () => response.writableFinished || gone.abort())
  const isAdmin = url.pathname.startsWith('/admin/')
  const fault = isAdmin ? undefined : faults.strike(`${method} ${url.pathname}`)
  const exchange: Exchange = { method, url, headers: request.headers, body, signal: gone.signal, fault }
  if (!isAdmin) deps.onExchange?.(exchange)
  if (fault?.kind === 'slow') await pause(fault.delayMs ?? 1_000, undefined, { signal: gone.signal })
  if (fault?.kind === 'hang') return
  if (fault?.kind === 'reset') return void request.socket.resetAndDestroy()
  if (fault?.kind === 'status') return write(response, withRetryAfter(refuse(fault.status ?? 500, 'A fault that was asked for'), fault))
  const answer = await deps.handle(exchange)
  if (fault?.kind === 'unheard') return void request.socket.resetAndDestroy()
  if (fault?.kind === 'wrong-json') return write(response, { ...answer, body: isEventStream(answer) ? 'data: {"id": "half a\n\n' : '{"id": "half a' })
  if (fault?.kind === 'cut-body') return cut(response, answer)
  await write(response, answer)
}

function answerFaults(faults: Faults, method: string, body: Buffer): Answer {
  if (method === 'GET') return json(200, faults.list())
  try {
    faults.set(JSON.parse(body.toString() || '[]'))
    return json(200, faults.list())
  } catch (error) {
    return json(400, { message: String(error) })
  }
}

const isEventStream = ({ headers }: Answer): boolean => headers?.['Content-Type'] === 'text/event-stream'

const withRetryAfter = (answer: Answer, { retryAfterSeconds }: Fault): Answer =>
  retryAfterSeconds === undefined
    ? answer
    : { ...answer, headers: { ...answer.headers, 'Retry-After': String(retryAfterSeconds) } }

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length <= maxBytes) chunks.push(chunk)
  }
  return length > maxBytes ? null : Buffer.concat(chunks)
}

async function write(response: ServerResponse, { status, headers, body }: Answer): Promise<void> {
  response.writeHead(status, { 'X-Content-Type-Options': 'nosniff', ...headers })
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return void response.end(body)
  response.flushHeaders()
  for await (const chunk of body) {
    if (response.destroyed) return
    if (!response.write(chunk)) await drained(response)
  }
  response.end()
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const go = () => {
      response.off('drain', go).off('close', go)
      resolve()
    }
    response.once('drain', go).once('close', go)
  })

async function cut(response: ServerResponse, { status, headers, body = '' }: Answer): Promise<void> {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    response.writeHead(status, headers)
    let count = 0
    for await (const chunk of body) {
      response.write(chunk)
      count += 1
      if (count === 3) break
    }
    return void setImmediate(() => response.destroy())
  }
  const whole = Buffer.from(body)
  response.writeHead(status, { ...headers, 'Content-Length': String(whole.length) })
  response.write(whole.subarray(0, Math.floor(whole.length / 2)), () => response.destroy())
}
