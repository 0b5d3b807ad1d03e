import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const atOnce = 200

export interface Crowd {
  /** How many are still connected. */
  open(): number
  /** How many were told each status, or `none`: sockets that were closed, or left alone, without a word. */
  told(): Record<string, number>
  leave(): Promise<void>
}

/** So many sockets that connect to 127.0.0.1, send `opening`, and then do nothing: raw, as ten thousand must be cheap. */
export async function gatherCrowd(port: number, count: number, opening = ''): Promise<Crowd> {
  const members: { socket: Socket; status: string }[] = []

  async function join() {
    const socket = connect(port, '127.0.0.1')
    const member = { socket, status: 'none' }
    members.push(member)
    socket.on('error', () => {})
    socket.once('data', (bytes) => (member.status = bytes.toString('latin1', 9, 12)))
    socket.on('data', () => {})
    await Promise.race([once(socket, 'connect').catch(() => {}), once(socket, 'close')])
    if (opening && socket.writable) socket.write(opening)
  }

  while (members.length < count) {
    await Promise.all(Array.from({ length: Math.min(atOnce, count - members.length) }, join))
  }
  return {
    open: () => members.filter(({ socket }) => !socket.destroyed).length,
    told() {
      const counts: Record<string, number> = {}
      for (const { status } of members) counts[status] = (counts[status] ?? 0) + 1
      return counts
    },
    async leave() {
      await Promise.all(members.map(({ socket }) => socket.destroyed || once(socket.destroy(), 'close')))
    },
  }
}

/** The head of a request to upgrade, complete but for what `headers` lack. */
export const upgradeRequest = (path: string, headers: Record<string, string>): string =>
  [
    `GET ${path} HTTP/1.1`,
    ...Object.entries({
      Host: 'relay.ironvoice.test',
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    }).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n')
