import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { Socket } from 'node:net'
import { duplexPair } from 'node:stream'
import type { buildConnector } from 'undici'
import type { ModelPort, ModelRequest } from '../receptionist/model-port.ts'
import { createConnections, type Connections } from './openai-live-connections.ts'

const rounds = 5
const words = ['Hello', ' there', '.']
const chunks = words.map((content, at) => ({ choices: [{ delta: { content }, finish_reason: at === words.length - 1 ? 'stop' : null }] }))
const events = [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((payload) => `data: ${payload}\n\n`)
const request: ModelRequest = {
  messages: [
    { role: 'system', content: 'A rehearsal.' },
    { role: 'user', content: 'Hello?' },
  ],
  tools: [],
  maxTokens: 1,
  temperature: 0,
}

/**
 * Plays a few completions within this process, so that the first caller does not wait for code to be loaded and compiled
 * (tens of milliseconds): over HTTP/2 for `https:`, which is what a vendor offers there, else over HTTP/1.1. Nothing
 * leaves the process. Never rejects: without it the first answer is slower, that is all.
 */
export async function rehearse(protocol: string, modelOver: (connections: Connections) => ModelPort): Promise<void> {
  const isHttp2 = protocol === 'https:'
  const answer = (response: { writeHead(status: number): unknown; write(text: string): unknown; end(): unknown }) => {
    response.writeHead(200)
    for (const event of events) response.write(event)
    response.end()
  }
  const server = isHttp2 ? createHttp2Server((_, response) => answer(response)) : createServer((_, response) => answer(response))
  const connect: buildConnector.connector = (_, callback) => {
    const [near, far] = duplexPair()
    const asSocket = { alpnProtocol: isHttp2 && 'h2', ref: () => near, unref: () => near }
    server.emit('connection', far)
    setImmediate(() => callback(null, Object.assign(near, asSocket) as unknown as Socket))
  }
  const connections = createConnections(new URL(`${protocol}//rehearsal`), connect)
  const model = modelOver(connections)
  const play = (done: () => void) =>
    model.stream(request, { isRetry: false }, ({ type }) => {
      if (type === 'end' || type === 'failed') done()
    })
  for (let round = 0; round < rounds; round += 1) await new Promise<void>(play)
  await connections.close()
}
