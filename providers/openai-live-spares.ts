import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { buildConnector } from 'undici'

/** Between two attempts to replace spares that were closed or could not be had. */
const refillAfterMs = 1_000
/** Over HTTP/2, a server's settings come in one; past these it is no idle connection. */
const maxEarlyReads = 16

export interface SpareSocketsOptions {
  connect: buildConnector.connector
  target: buildConnector.Options
  count: number
}

/**
 * Sockets to one server that are connected – TLS and all – before anybody needs them: `count` of them, replaced as they
 * are taken and as the server closes them. Nothing is sent over them. They keep no process alive.
 */
export function createSpareSockets({ connect, target, count }: SpareSocketsOptions) {
  /** Each with what has come over it so far: over HTTP/2, the server speaks first. */
  const spares = new Map<Socket, Buffer[]>()
  let connecting = 0
  let isClosed = false
  let refill: NodeJS.Timeout | undefined

  function fill(): void {
    while (!isClosed && spares.size + connecting < count) {
      connecting += 1
      connect(target, (error, socket) => {
        connecting -= 1
        if (error) refillLater()
        else if (isClosed) socket.destroy()
        else add(socket)
      })
    }
  }

  function add(socket: Socket): void {
    const early: Buffer[] = []
    spares.set(socket, early)
    socket.unref().once('close', () => drop(socket))
    // Read, because an end behind what is unread would go unnoticed. Over HTTP/1.1 it can only be a refusal.
    socket.on('readable', () => {
      const bytes = socket.read()
      if (bytes === null) return
      early.push(bytes)
      if ((socket as TLSSocket).alpnProtocol !== 'h2' || early.length > maxEarlyReads) drop(socket)
    })
  }

  function drop(socket: Socket): void {
    if (!spares.delete(socket)) return
    socket.destroy()
    refillLater()
  }

  function refillLater(): void {
    if (isClosed || refill) return
    refill = setTimeout(() => {
      refill = undefined
      fill()
    }, refillAfterMs).unref()
  }

  function empty(): void {
    const sockets = [...spares.keys()]
    spares.clear()
    for (const socket of sockets) socket.destroy()
  }

  fill()
  return {
    /** The oldest spare, now the caller's; undefined when there is none. */
    take(): Socket | undefined {
      const [oldest] = spares
      if (!oldest) return undefined
      const [socket, early] = oldest
      spares.delete(socket)
      socket.removeAllListeners('readable').ref()
      if (early.length > 0) socket.unshift(Buffer.concat(early))
      fill()
      return socket
    },
    /** Puts new connections in the place of those at hand. */
    renew(): void {
      empty()
      fill()
    },
    close(): void {
      isClosed = true
      clearTimeout(refill)
      empty()
    },
  }
}
