import type { IncomingMessage, ServerResponse } from 'node:http'
import { bodyOf, serve } from '../test/kit/wire.ts'
import { createResendMail } from './resend-mail.ts'

let answer: (request: IncomingMessage, response: ServerResponse) => void
let vendor: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  vendor = await serve((request, response) => answer(request, response))
})

afterAll(() => vendor.stop())

const mail = {
  to: 'owner@example.com',
  subject: 'A call',
  text: 'words',
  html: '<p>words</p>',
  idempotencyKey: 'wrap-up-CA1/tell-owner',
}
const send = () =>
  createResendMail({
    apiKey: 're_1',
    baseUrl: vendor.url,
    from: 'IronVoice <support@example.com>',
    timeoutMs: 300,
  }).send(mail)
const answering = (status: number, body: unknown, headers: Record<string, string> = {}) => {
  answer = (_request, response) =>
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
}

describe('mail by Resend', () => {
  it('is sent whole, under its key', async () => {
    let sent: unknown
    answer = async (request, response) => {
      sent = {
        url: request.url,
        key: request.headers['idempotency-key'],
        auth: request.headers.authorization,
        body: JSON.parse(await bodyOf(request)),
      }
      response.end('{"id":"m1"}')
    }
    expect(await send()).toEqual({ id: 'm1' })
    const { idempotencyKey, ...body } = mail
    expect(sent).toEqual({
      url: '/emails',
      key: idempotencyKey,
      auth: 'Bearer re_1',
      body: { ...body, from: 'IronVoice <support@example.com>' },
    })
  })

  it('counts as sent when another mail went under its key', async () => {
    answering(409, { statusCode: 409, name: 'invalid_idempotent_request', message: 'modified' })
    expect(await send()).toEqual({ id: null })
  })

  it.each([
    ['a limit', 429, { statusCode: 429, name: 'rate_limit_exceeded' }, 'vendor-rate-limited'],
    ['one in flight', 409, { statusCode: 409, name: 'concurrent_idempotent_requests' }, 'vendor-unavailable'],
    ['a bad address', 422, { statusCode: 422, name: 'validation_error' }, 'vendor-refused'],
    ['a bad key', 401, { statusCode: 401, name: 'invalid_api_key' }, 'vendor-refused'],
    ['a proxy that is down', 502, '<html>Bad Gateway</html>', 'vendor-unavailable'],
    ['half an answer', 200, '{"id":', 'vendor-unavailable'],
    ['no id', 200, {}, 'vendor-answer-malformed'],
  ])('fails by code on %s', async (_, status, body, code) => {
    answering(status, body, { 'Retry-After': '11' })
    await expect(send()).rejects.toMatchObject({
      code,
      ...(code === 'vendor-rate-limited' && { retryAfterMs: 11_000 }),
    })
  })

  it.each([
    ['nobody answers', () => undefined],
    ['the body never ends', (_: IncomingMessage, response: ServerResponse) => response.writeHead(200).write('{"id":')],
    ['the connection is reset', (request: IncomingMessage) => request.socket.destroy()],
  ])('fails in time when %s', async (_, behaviour) => {
    answer = behaviour
    await expect(send()).rejects.toMatchObject({ code: 'vendor-unavailable' })
  })
})
