import { WebSocket } from 'ws'
import type { PublicOrigins } from './public-edge.ts'
import { isLoopback, routeTo } from './public-edge.ts'
import { signRequest } from './signature.ts'

const maxBufferedEvents = 500

export interface RelaySocketDeps {
  url: string
  authToken: string
  origins: PublicOrigins
  /** The first message of every connection. */
  setup: string
  /** `applicationReconnect="true"` */
  isReconnecting: boolean
  reconnect: { attempts: number; delayMs: number }
  /** So many of the events sent before a drop are sent again after it: Twilio does not say which had arrived. */
  repeatedAfterReconnect(): number
  after(ms: number, run: () => void): () => void
  onOpen(): void
  onReconnect(state: 'lost' | 'back'): void
  onMessage(data: string): void
  onSent(data: string): void
  onOverflow(): void
  onFailed(errorCode: number, errorMessage: string): void
}

/** The socket to the application: signed, connected again after a drop, with what happened meanwhile sent afterwards. */
export function openRelaySocket(deps: RelaySocketDeps) {
  let current: WebSocket | null = null
  let state: 'connecting' | 'open' | 'reconnecting' | 'over' = 'connecting'
  let buffered: string[] = []
  let recent: string[] = []

  function transmit(data: string) {
    deps.onSent(data)
    recent = [...recent.slice(-19), data]
    current?.send(data)
  }

  function connect(attempt: number) {
    const route = routeTo(deps.url, deps.origins)
    const socket = new WebSocket(route.url, {
      headers: { ...route.headers, 'X-Twilio-Signature': signRequest(deps.authToken, deps.url, {}), 'User-Agent': 'TwilioProxy/1.1' },
      handshakeTimeout: 5_000,
      perMessageDeflate: false,
      maxPayload: 1024 * 1024,
    })
    let wasOpen = false
    socket.on('open', () => {
      if (state === 'over') return socket.terminate()
      const isFirst = state === 'connecting'
      const repeats = deps.repeatedAfterReconnect()
      const replayed = [...(repeats > 0 ? recent.slice(-repeats) : []), ...buffered]
      wasOpen = true
      current = socket
      state = 'open'
      buffered = []
      deps.onSent(deps.setup)
      socket.send(deps.setup)
      replayed.forEach(transmit)
      if (isFirst) deps.onOpen()
      else deps.onReconnect('back')
    })
    socket.on('message', (data: Buffer) => state === 'open' && deps.onMessage(data.toString()))
    socket.on('error', () => {})
    socket.on('close', () => state !== 'over' && retryOrFail(wasOpen, wasOpen ? 1 : attempt + 1))
  }

  function retryOrFail(wasOpen: boolean, attempt: number) {
    if (!deps.isReconnecting || state === 'connecting' || attempt > deps.reconnect.attempts) {
      state = 'over'
      return wasOpen ? deps.onFailed(64105, 'WebSocket ended') : deps.onFailed(64102, 'Unable to connect to WebSocket URL')
    }
    if (state === 'open') deps.onReconnect('lost')
    state = 'reconnecting'
    deps.after(attempt === 1 ? 0 : deps.reconnect.delayMs, () => state === 'reconnecting' && connect(attempt))
  }

  const { protocol, hostname } = new URL(deps.url)
  if (protocol === 'wss:' || (protocol === 'ws:' && isLoopback(hostname))) connect(1)
  else deps.onFailed(64101, 'Invalid url: it must start with wss://')

  return {
    send(event: object) {
      const data = JSON.stringify(event)
      if (state === 'open') transmit(data)
      else if (buffered.length < maxBufferedEvents) buffered.push(data)
      else deps.onOverflow()
    },
    isUp: () => state === 'open' || state === 'reconnecting',
    close(code = 1000, reason = '') {
      state = 'over'
      current?.close(code, reason)
    },
  }
}
