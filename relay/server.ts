import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { callBounds } from '../domain/call-bounds.ts'
import { Failure, type FailureCode } from '../domain/failure.ts'
import { securityHeaders, strictTransportSecurity } from '../domain/security-headers.ts'
import { createHttpServer } from '../providers/http-server.ts'
import type { Logger } from '../providers/logger.ts'
import { isSignedByTwilio } from '../providers/twilio-signature.ts'
import type { Admission } from './admission.ts'
import type { Clock } from './clock.ts'
import { acceptConnection } from './connection.ts'
import { describeError } from './describe-error.ts'
import { keepAlive } from './heartbeat.ts'
import { refuse, toProblem } from './refusal.ts'
import { relayBounds } from './relay-bounds.ts'
import type { RelayMetrics } from './relay-metrics.ts'
import type { Sessions } from './sessions.ts'

const voicePath = '/voice'
/** For sessions of calls that were with a relay before: they go on where new calls are refused. */
const againPath = '/voice/again'
const maxFragments = 64
const maxBufferedChunks = 1_024

export interface RelayServerDeps {
  /** What Twilio was given to connect to, without the path; `X-Twilio-Signature` is over both. */
  publicUrl: string
  twilioAuthToken: string
  sessions: Sessions
  /** Answers the operators' requests; false for any other. */
  operations(request: IncomingMessage, response: ServerResponse): Promise<boolean>
  admission: Pick<Admission, 'refusal'>
  clock: Clock
  metrics: RelayMetrics
  logger: Logger
  /** What an upgraded socket is handed to. */
  accept?: typeof acceptConnection
}

/** Twilio's sockets on `/voice`, the operators' pages, and a coded refusal with all security headers for everything else. */
export function createRelayServer(deps: RelayServerDeps) {
  const { publicUrl, twilioAuthToken, sessions, operations, admission, clock, metrics, logger, accept = acceptConnection } = deps
  const headers = { ...securityHeaders, ...(/^(wss|https):/.test(publicUrl) && strictTransportSecurity) }
  const http = createHttpServer({
    listener: respond,
    onUpgrade: upgrade,
    refuse: refuseSocket,
    onGivenUp: (code) => metrics.refusals.inc({ code }),
  })
  const bounds = { maxPayload: callBounds.maxFrameBytes, maxFragments, maxBufferedChunks, closeTimeout: relayBounds.closeFrameMs }
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, ...bounds })

  async function respond(request: IncomingMessage, response: ServerResponse) {
    response.setHeaders(new Map(Object.entries(headers)))
    try {
      if (!(await operations(request, response))) answer(response, new Failure('not-found'))
    } catch (error) {
      logger.error(describeError(error), 'a request broke')
      if (response.headersSent) response.destroy()
      else answer(response, new Failure('internal'))
    }
  }

  function answer(response: ServerResponse, failure: Failure) {
    const problem = toProblem(failure)
    response.writeHead(problem.status, problem.headers).end(problem.body)
  }

  function refuseSocket(socket: Duplex, code: FailureCode) {
    metrics.refusals.inc({ code })
    refuse(socket, new Failure(code), headers)
  }

  function refusalOf({ url = '', headers }: IncomingMessage): FailureCode | null {
    const path = url.split('?', 1)[0]
    if (path !== voicePath && path !== againPath) return 'not-found'
    const signature = headers['x-twilio-signature']?.toString()
    if (!isSignedByTwilio({ authToken: twilioAuthToken, signature, url: publicUrl + url })) return 'signature-invalid'
    if (sockets.clients.size - sessions.size >= relayBounds.maxSocketsBeforeSetup) return 'process-full'
    const refusal = admission.refusal()
    if (refusal === 'process-overloaded' && path === againPath) return null
    // Which call it is, only the `setup` tells.
    return sessions.isAwaitingOne ? null : refusal
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
    socket.on('error', () => socket.destroy())
    const refusal = refusalOf(request)
    if (refusal) refuseSocket(socket, refusal)
    else sockets.handleUpgrade(request, socket, head, (webSocket) => sockets.emit('connection', webSocket, request))
  }

  sockets.on('wsClientError', (_, socket) => refuseSocket(socket, 'request-malformed'))
  sockets.on('headers', (lines) => lines.push(...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)))
  sockets.on('connection', (socket, { socket: raw }: IncomingMessage) => {
    keepAlive(socket, clock, () => metrics.socketsGivenUp.inc({ why: 'silent' }))
    accept(socket, { raw, sessions, clock, metrics, logger })
  })

  return {
    /** Resolves to the port that it listens on. */
    async listen(port: number, host?: string): Promise<number> {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      http.once('error', reject).listen(port, host, resolve)
      await promise
      return (http.address() as AddressInfo).port
    },

    /** Ends what connections are left and listens no more. */
    async close(): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>()
      http.close(() => resolve())
      for (const socket of sockets.clients) socket.terminate()
      http.closeAllConnections()
      await promise
    },
  }
}
