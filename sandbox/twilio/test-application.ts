import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import twilio from 'twilio'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'

export interface Received {
  path: string
  params: Record<string, string>
}

export const authToken = '0123456789abcdef0123456789abcdef'
export const accountSid = `AC${'0'.repeat(32)}`
export const number = '+15557650000'
export const caller = '+15557650001'

type Frame = Record<string, unknown>

/** A small application for the tests of the stand-in: answers webhooks with what it is told to, and talks on sockets. */
export async function startTestApplication() {
  const received: Received[] = []
  const frames: Frame[] = []
  const answers = new Map<string, string | number>()
  const waiting: { isThere: () => boolean; resolve: () => void }[] = []
  let onFrame: (frame: Frame, send: (frame: object | string) => void, socket: WebSocket) => void = () => {}
  let origin = ''
  const check = () => waiting.filter(({ isThere }) => isThere()).forEach(({ resolve }) => resolve())
  const isSigned = ({ headers, url }: IncomingMessage, scheme: 'http' | 'ws', params: Record<string, string>) => {
    const publicUrl = `${scheme}${headers['x-forwarded-proto'] === 'https' ? 's' : ''}://${headers.host}${url}`
    return twilio.validateRequest(authToken, String(headers['x-twilio-signature']), publicUrl, params)
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const params = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()))
      const path = request.url!.split('?')[0]!
      const answer = answers.get(path) ?? '<Response/>'
      if (!isSigned(request, 'http', params)) return response.writeHead(403).end()
      received.push({ path, params })
      check()
      if (answer === 'never') return
      if (typeof answer === 'number') return response.writeHead(answer).end()
      response.writeHead(200, { 'Content-Type': 'text/xml' }).end(answer)
    })
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    if (!isSigned(request, 'ws', {})) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (opened) => {
      opened.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as Frame
        frames.push(frame)
        onFrame(frame, (reply) => opened.send(typeof reply === 'string' ? reply : JSON.stringify(reply)), opened)
        check()
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const relayUrl = `${origin.replace('http', 'ws')}/relay`
  return {
    origin,
    relayUrl,
    received,
    frames,
    framesOf: (type: string) => frames.filter((frame) => frame.type === type),
    /** TwiML, a status to fail with, or `never`. */
    answer: (path: string, twiml: string | number) => void answers.set(path, twiml),
    /** A document that says a disclosure and opens a session. */
    answerWithRelay(attributes = '', { url = relayUrl, disclosure = '<Say>This call is recorded.</Say>' } = {}) {
      const session = `<ConversationRelay url="${url}" welcomeGreeting="Hello there." ${attributes}><Parameter name="token" value="t"/></ConversationRelay>`
      answers.set('/voice', `<Response>${disclosure}<Connect action="/action">${session}</Connect></Response>`)
    },
    handleFrames: (handle: typeof onFrame) => void (onFrame = handle),
    /** Answers every prompt with the same words, token by token. */
    answerPrompts(text: string) {
      onFrame = (frame, send) => {
        if (frame.type !== 'prompt' || frame.last === false) return
        text.split(/(?= )/).forEach((token) => send({ type: 'text', token, last: false }))
        send({ type: 'text', token: '', last: true })
      }
    },
    until: (isThere: () => boolean) =>
      isThere() ? Promise.resolve() : new Promise<void>((resolve) => waiting.push({ isThere, resolve })),
    dropSockets: () => sockets.clients.forEach((socket) => socket.terminate()),
    numbers: [{ e164: number, voiceUrl: `${origin}/voice`, statusUrl: `${origin}/status`, fallbackUrl: `${origin}/fallback` }],
    async stop() {
      sockets.clients.forEach((socket) => socket.terminate())
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
    },
  }
}
