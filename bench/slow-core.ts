import { WebSocket } from 'ws'

const microsPerFrame = 150

/**
 * A slower core for the relay alone, so that the load’s core can bring it to three times its limit: every frame that it
 * sends costs as much more.
 */
const { send } = WebSocket.prototype
WebSocket.prototype.send = function (this: WebSocket, ...frame: unknown[]) {
  const untilMs = performance.now() + microsPerFrame / 1_000
  while (performance.now() < untilMs);
  return Reflect.apply(send, this, frame)
}
