import { EventEmitter } from 'node:events'
import type { WebSocket } from 'ws'
import type { RelayFrame } from './relay-phone.ts'

const states = { open: 1, closing: 2, closed: 3 } as const

export type TwilioSocket = ReturnType<typeof createTwilioSocket>

/** A relay's side of Twilio's socket without a network: what it is sent goes to `onFrame`, what Twilio does is the test's. */
export function createTwilioSocket(onFrame: (frame: RelayFrame, isOpen: boolean) => void) {
  const events = new EventEmitter()
  let readyState: number = states.open
  let closing: number | null = null

  function closed(code: number) {
    if (readyState === states.closed) return
    readyState = states.closed
    events.emit('close', code, Buffer.alloc(0))
  }
  const beginClosing = (code: number) => {
    if (readyState !== states.open) return
    readyState = states.closing
    closing = code
  }
  const socket = {
    OPEN: states.open,
    bufferedAmount: 0,
    get readyState() {
      return readyState
    },
    on: (name: string, listener: (...args: unknown[]) => void) => events.on(name, listener),
    send: (data: string) => onFrame(JSON.parse(data), readyState === states.open),
    close: (code: number) => beginClosing(code),
    terminate: () => beginClosing(1006),
  }
  return {
    socket: socket as unknown as WebSocket,
    receive(frame: object | string) {
      if (readyState === states.closed) return
      events.emit('message', Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)), false)
    },
    hangUp: () => closed(1000),
    drop: () => closed(1006),
    /** Twilio's answer to a close of ours arrives. */
    answerClose() {
      if (closing !== null) closed(closing)
    },
    get isOpen() {
      return readyState === states.open
    },
    get isClosed() {
      return readyState === states.closed
    },
  }
}
