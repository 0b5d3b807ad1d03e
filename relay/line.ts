/** The open socket of a session. */
export interface Wire {
  /** False when the socket takes no more. */
  send(frame: string): boolean
  close(code: number, reason: string): void
}

export type Line = ReturnType<typeof createLine>

/** The way to Twilio, over however many sockets: what is sent while there is none waits for the next one. */
export function createLine() {
  let wire: Wire | null = null
  let unsent: string[] = []

  function send(frame: string) {
    if (!wire?.send(frame)) unsent.push(frame)
  }
  return {
    send,
    /** What waits is not sent before `flush`: the new socket may have to be told something first. */
    connect(next: Wire) {
      wire?.close(1000, 'Connected again')
      wire = next
    },
    flush() {
      const waiting = unsent
      unsent = []
      waiting.forEach(send)
    },
    /** True when it was `from` that held; an older socket's end changes nothing. */
    disconnect(from: Wire): boolean {
      if (from !== wire) return false
      wire = null
      return true
    },
    close: (code: number, reason: string) => wire?.close(code, reason),
    isUp: () => wire !== null,
    isBehind: () => unsent.length > 0,
  }
}
