import { once } from 'node:events'
import type { Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { securityHeaders } from '../domain/security-headers.ts'
import { createMetrics } from '../providers/metrics.ts'
import { createApiMetrics } from './api-metrics.ts'
import { createApiServer, drain } from './server.ts'

describe('createApiServer', () => {
  let server: Server
  let isStarted = Promise.withResolvers<void>()
  let mayFinish = Promise.withResolvers<void>()
  const metrics = createApiMetrics(createMetrics('test'))

  beforeEach(async () => {
    isStarted = Promise.withResolvers()
    mayFinish = Promise.withResolvers()
    server = createApiServer({
      listener: async (request, response) => {
        request.resume()
        isStarted.resolve()
        if (request.url === '/slow') await mayFinish.promise
        response.end('answered')
      },
      headers: securityHeaders,
      metrics,
      bounds: { headMs: 100, requestMs: 200, checkEveryMs: 50 },
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  const send = (bytes: string) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.write(bytes)
    return text(socket)
  }

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400, 'request-malformed'],
    ['a TLS greeting', '\x16\x03\x01\x02\x00', 400, 'request-malformed'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400, 'request-malformed'],
    ['a head without end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`, 413, 'request-too-large'],
    ['a head that never comes', 'GET / HTTP/1.1\r\nHost', 408, 'request-timeout'],
  ])('P-headers: %s is refused with a code and all headers', async (_, bytes, status, code) => {
    const answer = await send(bytes)
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    for (const [name, value] of Object.entries(securityHeaders)) expect(answer).toContain(`\r\n${name}: ${value}\r\n`)
    expect(answer).toContain('\r\nContent-Type: application/problem+json\r\n')
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({ status, code })
  })

  it.each([
    ['without a Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['with an odd expectation', 'GET / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\nConnection: close\r\n\r\n'],
  ])('a request %s reaches the application, whose headers it then gets, not Node', async (_, bytes) => {
    expect(await send(bytes)).toContain('answered')
  })

  it('a body that never comes ends the connection', async () => {
    await send('POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc')
  })

  it('drains: what is being answered is answered, nothing new is taken', async () => {
    const answer = send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n')
    await isStarted.promise
    const { port } = server.address() as AddressInfo
    const drained = drain(server, 5_000)
    const refused = connect(port, '127.0.0.1')
    await once(refused, 'error')
    mayFinish.resolve()
    await drained
    expect(await answer).toContain('answered')
  })

  it('drains in bounded time, whatever hangs', async () => {
    const answer = send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n')
    await isStarted.promise
    await drain(server, 50)
    expect(await answer).not.toContain('answered')
  })
})
