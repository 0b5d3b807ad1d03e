import { once } from 'node:events'
import { STATUS_CODES, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { failures, type FailureCode } from '../domain/failure.ts'
import { until } from '../test/kit/until.ts'
import { createHttpServer, type HttpBounds } from './http-server.ts'

const quick = { headMs: 150, requestMs: 300, checkEveryMs: 20, stalledMs: 600 }
/** Nobody is late. */
const patient = { headMs: 60_000, requestMs: 60_000 }
const dribbleEveryMs = 5
const large = Buffer.alloc(32 * 1024 * 1024)
const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`
const post = 'POST /reads HTTP/1.1\r\nHost: a\r\n'

describe('an HTTP server', () => {
  let server: Server
  let clients: Socket[]
  let refused: FailureCode[]
  let givenUp: FailureCode[]

  async function start(bounds: Partial<HttpBounds> = {}) {
    clients = []
    refused = []
    givenUp = []
    server = createHttpServer({
      async listener(request, response) {
        if (request.url === '/reads') await text(request).catch(() => '')
        response.end(request.url === '/large' ? large : 'answered')
      },
      refuse(socket, code) {
        refused.push(code)
        const { status } = failures[code]
        socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n\r\n`, () => socket.destroy())
      },
      onGivenUp: (code) => givenUp.push(code),
      bounds: { ...quick, ...bounds },
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  afterEach(async () => {
    for (const client of clients) client.destroy()
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })

  async function client(): Promise<Socket> {
    const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => {})
    clients.push(socket)
    await once(socket, 'connect')
    return socket
  }
  /** What a client is told until the connection ends. */
  async function told(socket: Socket): Promise<string> {
    let all = ''
    socket.on('data', (bytes) => (all += bytes)).on('end', () => socket.end())
    await once(socket, 'close')
    return all
  }
  const head = (answer: string) => answer.split('\r\n')[0]
  /** Whoever asks at once; where the machine is slow, who tries again. */
  const isServed = () =>
    until(async () => {
      const socket = await client()
      socket.write(get('/', 'Connection: close\r\n'))
      return (await told(socket)).includes('answered')
    })
  function dribble(socket: Socket, piece: string) {
    const timer = setInterval(() => socket.writable && socket.write(piece), dribbleEveryMs)
    socket.once('close', () => clearInterval(timer))
  }

  it.each<[string, (socket: Socket) => void, number]>([
    ['says nothing', () => {}, 408],
    ['never finishes its head', (socket) => socket.write('GET / HTTP/1.1\r\nHost'), 408],
    ['dribbles its head', (socket) => (socket.write('GET / HTTP/1.1\r\nX: '), dribble(socket, 'x')), 408],
    ['dribbles header after header', (socket) => (socket.write('GET / HTTP/1.1\r\n'), dribble(socket, 'X: x\r\n')), 408],
    ['dribbles blank lines', (socket) => dribble(socket, '\r\n'), 408],
    ['never sends its body', (socket) => socket.write(`${post}Content-Length: 9\r\n\r\n`), 408],
    ['dribbles its body', (socket) => (socket.write(`${post}Content-Length: 9999\r\n\r\n`), dribble(socket, 'x')), 408],
    ['dribbles chunks', (socket) => (socket.write(`${post}Transfer-Encoding: chunked\r\n\r\n`), dribble(socket, '1\r\nx\r\n')), 408],
    ['never ends a chunk extension', (socket) => socket.write(`${post}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}`), 413],
    ['closes its half in its head', (socket) => socket.end('GET / HTTP/1.1\r\nHo'), 400],
    ['closes its half in its body', (socket) => socket.end(`${post}Content-Length: 9\r\n\r\nab`), 400],
    ['wants a tunnel', (socket) => socket.write('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'), 405],
  ])('ends a client that %s, with a code, and serves others meanwhile', async (_, misbehave, status) => {
    await start()
    const socket = await client()
    misbehave(socket)
    const ending = told(socket)
    await isServed()
    // Who still sends when the connection ends may lose the answer to the reset.
    const answer = await ending
    expect(refused.map((code) => failures[code].status)).toContain(status)
    if (answer) expect(head(answer)).toBe(`HTTP/1.1 ${status} ${STATUS_CODES[status]}`)
  })

  it('ends a client that closes its half without a word', async () => {
    await start()
    const socket = await client()
    socket.end()
    expect(await told(socket)).toBe('')
  })

  it('ends a client that reads no answer, however often it asks, and counts it', async () => {
    await start(patient)
    const socket = await client()
    socket.pause()
    socket.write(get('/large').repeat(50))
    await until(() => givenUp.length > 0)
    expect(givenUp).toEqual(['request-timeout'])
  })

  it('keeps a connection between requests for its time only, which is no refusal', async () => {
    await start({ keepAliveMs: 1, ...patient })
    const socket = await client()
    socket.write(get('/'))
    expect(await told(socket)).toContain('answered')
    expect([refused, givenUp]).toEqual([[], []])
  })

  it('turns away who has waited longest where too many wait, and goes on to serve', async () => {
    await start({ maxWaiting: 20, ...patient })
    const first = await client()
    const ending = told(first)
    const others = []
    for (let more = 0; more < 20; more += 1) others.push(await client())
    expect(head(await ending)).toBe('HTTP/1.1 503 Service Unavailable')
    // A request that is being answered waits for nothing.
    await isServed()
    expect(refused).toEqual(['connections-exhausted', 'connections-exhausted'])
    for (const socket of others.slice(1)) expect(socket.readyState).toBe('open')
  })

  it('takes no more connections than it may, and counts those that it drops', async () => {
    await start({ maxConnections: 10, ...patient })
    for (let more = 0; more < 10; more += 1) await client()
    expect(await told(await client())).toBe('')
    expect(givenUp).toEqual(['connections-exhausted'])
  })
})
