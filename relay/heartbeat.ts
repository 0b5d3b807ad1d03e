import type { WebSocket } from 'ws'
import type { Clock } from './clock.ts'
import { relayBounds } from './relay-bounds.ts'

/**
 * Ends a socket that neither sends anything nor answers a ping. Each has a beat of its own: thousands that were pinged at
 * once would keep the event loop from everything else for tens of milliseconds.
 */
export function keepAlive(socket: WebSocket, clock: Clock, onGivenUp: () => void): void {
  let isAlive = true
  let cancel = clock.after(relayBounds.pingEveryMs, beat)

  function beat() {
    if (!isAlive) {
      onGivenUp()
      return socket.terminate()
    }
    isAlive = false
    socket.ping()
    cancel = clock.after(relayBounds.pingEveryMs, beat)
  }

  for (const sign of ['pong', 'message'] as const) socket.on(sign, () => (isAlive = true))
  socket.on('close', () => cancel())
}
