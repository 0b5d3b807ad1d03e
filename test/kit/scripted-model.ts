import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { until } from './until.ts'

/** One request for a completion, answered by the test, piece by piece. */
export interface ModelExchange {
  body: { messages: { role: string; content: string | null }[]; [field: string]: unknown }
  /** What the model was told the caller said, newest last. */
  heard: string[]
  /** Streams a token. */
  say(text: string): void
  /** Calls a tool, and ends. */
  call(name: string, args: object): void
  end(reason?: string): void
  fail(status: number): void
  /** True once the other side has gone, or the answer was sent whole. */
  readonly isClosed: boolean
  readonly isAborted: boolean
}

/** A server that speaks OpenAI's streamed chat completions, word for word as the test has it. */
export async function startScriptedModel() {
  const exchanges: ModelExchange[] = []
  let taken = 0
  const server = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString())
    exchanges.push(createExchange(body, response))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    exchanges,
    /** The next request that no test code has taken yet. */
    async next(): Promise<ModelExchange> {
      await until(() => exchanges.length > taken)
      return exchanges[taken++]!
    },
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function createExchange(body: ModelExchange['body'], response: ServerResponse): ModelExchange {
  let isEnded = false
  let isClosed = false
  response.on('close', () => (isClosed = true))
  const write = (payload: unknown) => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`data: ${typeof payload === 'string' ? payload : JSON.stringify(payload)}\n\n`)
  }
  const chunk = (delta: object, finish_reason: string | null = null) =>
    write({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o-mini', choices: [{ index: 0, delta, finish_reason }] })
  const end = (reason = 'stop') => {
    chunk({}, reason)
    write('[DONE]')
    isEnded = true
    response.end()
  }
  return {
    body,
    heard: body.messages
      .filter(({ role }) => role === 'user')
      .map(({ content }) => /<caller_words>\s*([\s\S]*?)\s*<\/caller_words>/.exec(content ?? '')?.[1] ?? ''),
    say: (text) => chunk({ content: text }),
    call(name, args) {
      const call = { index: 0, id: `call_${name}`, type: 'function', function: { name, arguments: JSON.stringify(args) } }
      chunk({ tool_calls: [call] })
      end('tool_calls')
    },
    end,
    fail: (status) => response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":{"message":"no","code":"server_error"}}'),
    get isClosed() {
      return isClosed
    },
    get isAborted() {
      return isClosed && !isEnded
    },
  }
}
