import type { TLSSocket } from 'node:tls'
import { buildConnector, Client, type Dispatcher, Pool } from 'undici'
import { createSpareSockets } from './openai-live-spares.ts'

/** Longer than the pause between two turns of a call, shorter than the vendor's own patience with an idle connection. */
const keptConnectionMs = 60_000
/** Connections made before the first word, and in hand when a burst of calls or of interruptions needs more. */
const spareConnections = 4
/** How many calls share one HTTP/2 connection, and what befalls it. */
const streamsPerConnection = 32
const maxConnections = 2_000
const maxAnswerBytes = 4 * 1024 * 1024

/** TCP, and TLS with HTTP/2 where the server offers that, within `timeoutMs`. */
export const createConnector = (timeoutMs: number) => buildConnector({ allowH2: true, preferH2: true, timeout: timeoutMs })

/**
 * Connections to the model's vendor, over HTTP/2 or else HTTP/1.1 with keep-alive; warm from the start. The wait for an
 * answer is the caller's to bound.
 */
export function createConnections(origin: URL, connector: buildConnector.connector) {
  let areShared = false
  const connect: buildConnector.connector = (whereTo, callback) =>
    connector(whereTo, (...outcome) => {
      areShared ||= (outcome[1] as TLSSocket | undefined)?.alpnProtocol === 'h2'
      callback(...outcome)
    })
  const options = {
    keepAliveTimeout: keptConnectionMs,
    keepAliveMaxTimeout: keptConnectionMs,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: maxAnswerBytes,
    allowH2: true,
    h2Options: { maxConcurrentStreams: streamsPerConnection },
  }
  const { host, hostname, protocol, port } = origin
  const target = { host, hostname: hostname.replace(/^\[|\]$/g, ''), protocol, port }
  const spares = createSpareSockets({ connect, target, count: spareConnections })
  const retired = new Set<Dispatcher>()
  let pool = createPool()

  function createPool(): Pool {
    const created = new Pool(origin, {
      ...options,
      connections: maxConnections,
      connect(whereTo, callback) {
        const socket = spares.take()
        // Undici wants to be told later, not while it asks.
        if (socket) queueMicrotask(() => callback(null, socket))
        else connect(whereTo, callback)
      },
    })
    // To undici, a connection that the server winds up is still the next request's to wait for.
    return created.on('disconnect', () => leave(created))
  }

  /** Lets `dispatcher` finish what it has begun, and then closes its connections. */
  function retire(dispatcher: Dispatcher): void {
    retired.add(dispatcher)
    dispatcher.close(() => retired.delete(dispatcher))
  }

  /** Sends nothing more over connections that calls share, when one of them is not to be used any more. */
  function leave(left: Pool): boolean {
    if (left !== pool || !areShared) return false
    pool = createPool()
    retire(left)
    return true
  }

  return {
    /** Sends a request over a connection at hand; returns the pool of connections that it is one of. */
    dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): Pool {
      pool.dispatch(request, handler)
      return pool
    },
    /** Sends a request over a connection of its own that is made for it. */
    dispatchFresh(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
      const client = new Client(origin, { ...options, connect })
      client.dispatch(request, handler)
      retire(client)
    },
    /**
     * Makes new connections in the place of those of `suspect`, if calls share them: a lost HTTP/2 connection tells nobody
     * that it is lost, and every call on it would wait in vain, turn after turn. Over HTTP/1.1 each loses but its own.
     */
    replace(suspect: Pool): void {
      if (leave(suspect)) spares.renew()
    },
    /** Lets what is under way come to its end, and closes everything. */
    async close(): Promise<void> {
      spares.close()
      await Promise.all([pool, ...retired].map((dispatcher) => dispatcher.close()))
    },
  }
}

export type Connections = ReturnType<typeof createConnections>
