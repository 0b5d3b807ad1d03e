/**
 * The limit: a prompt becomes a model request, tokens become frames, and nothing else happens. What a relay on `ws` and
 * undici can't do better than.
 */
import { createServer } from 'node:http'
import { Pool } from 'undici'
import { WebSocketServer, type WebSocket } from 'ws'

const keptConnectionMs = 60_000
const { MODEL_ORIGIN: origin = '', PORT } = process.env

/** As long as what the relay sends on average. */
const rules = JSON.stringify('You are the receptionist of a shop with many things. '.repeat(110))
const bodyOf = (words: string) =>
  `{"model":"gpt-4o-mini","stream":true,"messages":[{"role":"system","content":${rules}},{"role":"user","content":${JSON.stringify(words)}}]}`

const model = new Pool(origin, { keepAliveTimeout: keptConnectionMs, allowH2: true })

function ask(words: string, socket: WebSocket) {
  let held = ''
  const options = { origin, path: '/v1/chat/completions', method: 'POST', headers: { 'content-type': 'application/json' }, body: bodyOf(words) } as const
  model.dispatch(options, {
    // undici asks for these to be there
    onRequestStart() {},
    onResponseStart() {},
    onResponseData(_, data) {
      const events = (held + data.toString()).split('\n\n')
      held = events.pop()!
      for (const event of events) {
        if (event === 'data: [DONE]') return void socket.send('{"type":"text","token":"","last":true}')
        const token = JSON.parse(event.slice('data: '.length)).choices[0]?.delta.content
        if (token) socket.send(JSON.stringify({ type: 'text', token, last: false }))
      }
    },
    onResponseEnd() {},
    onResponseError(_, error) {
      console.error(error)
    },
  })
}

const server = createServer((_, response) => response.end('ok\n'))
const sockets = new WebSocketServer({ server, perMessageDeflate: false })
sockets.on('connection', (socket) => {
  socket.on('message', (data) => {
    const frame = JSON.parse(data.toString())
    if (frame.type === 'prompt') ask(frame.voicePrompt, socket)
  })
})
server.listen(Number(PORT), '127.0.0.1')
