import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** A way to the database that can be cut – connections through it are reset, and new ones refused at once – or be long. */
export async function createDatabaseProxy(databaseUrl: string) {
  const { hostname, port } = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let isCut = false
  let answersAfterMs = 0
  const server = createServer((client) => {
    if (isCut) return void client.resetAndDestroy()
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.pipe(upstream)
    let written: Promise<unknown> = Promise.resolve()
    upstream.on('data', (answer) => {
      written = Promise.all([written, wait(answersAfterMs)]).then(() => client.write(answer))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)

  const reset = () => sockets.forEach((socket) => socket.resetAndDestroy())
  return {
    url: url.href,
    cut() {
      isCut = true
      reset()
    },
    mend() {
      isCut = false
    },
    /** Each answer of the server's comes so much later. */
    slow(ms: number) {
      answersAfterMs = ms
    },
    stop() {
      reset()
      server.close()
    },
  }
}
