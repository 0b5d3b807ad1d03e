import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ModelEvent, ModelRequest } from '../receptionist/model-port.ts'
import { createOpenAiChat, type ModelUsage } from './openai-chat.ts'

type Wire = (request: IncomingMessage, response: ServerResponse, body: Record<string, unknown>) => unknown

const request: ModelRequest = {
  messages: [
    { role: 'system', content: 'You answer for Harbor Dental.' },
    { role: 'user', content: 'Ring my wife.' },
    { role: 'assistant', content: '', toolCalls: [{ id: 'call_1', name: 'transfer_to_human', arguments: '{}' }] },
    { role: 'tool', content: 'done', toolCallId: 'call_1' },
  ],
  tools: [{ name: 'end_call', description: 'Ends the call.', parameters: { type: 'object', properties: {} } }],
  maxTokens: 200,
  temperature: 0.2,
}
const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-4o-mini',
  choices: [{ index: 0, delta, finish_reason }],
  usage: null,
})
const sse = (payload: unknown) => `data: ${typeof payload === 'string' ? payload : JSON.stringify(payload)}\n\n`
const hello = [chunk({ role: 'assistant', content: '' }), chunk({ content: 'Héllo' }), chunk({ content: ' there.' }), chunk({}, 'stop')]

describe('the receptionist on OpenAI', () => {
  let server: Server
  let wire: Wire
  let seen: { body: Record<string, unknown>; headers: IncomingMessage['headers']; port: number | undefined }[]
  let usage: ModelUsage[]

  beforeEach(async () => {
    seen = []
    usage = []
    server = createServer(async (incoming, response) => {
      const body = JSON.parse(Buffer.concat(await Array.fromAsync(incoming)).toString())
      seen.push({ body, headers: incoming.headers, port: incoming.socket.remotePort })
      wire(incoming, response, body)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  const createModel = (timeoutMs = 5_000) =>
    createOpenAiChat({
      apiKey: 'sk-test',
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
      model: 'gpt-4o-mini',
      timeoutMs,
      onUsage: (counted) => usage.push(counted),
    })
  const ask = (model = createModel(), isRetry = false) =>
    Array.fromAsync(model.stream(request, { signal: new AbortController().signal, isRetry }))
  const answer = (...payloads: unknown[]): Wire => (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end([...payloads, '[DONE]'].map(sse).join(''))
  }

  it('P-no-training: asks for nothing to be stored, and sends the conversation as the vendor documents it', async () => {
    wire = answer(...hello)
    await ask()
    expect(seen[0]!.headers.authorization).toBe('Bearer sk-test')
    expect(seen[0]!.body).toEqual({
      model: 'gpt-4o-mini',
      messages: [
        { role: 'system', content: 'You answer for Harbor Dental.' },
        { role: 'user', content: 'Ring my wife.' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'transfer_to_human', arguments: '{}' } }],
        },
        { role: 'tool', content: 'done', tool_call_id: 'call_1' },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'end_call', description: 'Ends the call.', parameters: { type: 'object', properties: {} }, strict: true },
        },
      ],
      parallel_tool_calls: false,
      max_completion_tokens: 200,
      temperature: 0.2,
      store: false,
      stream: true,
      stream_options: { include_usage: true },
    })
  })

  it('reads a stream that is cut at every byte', async () => {
    const counted = { prompt_tokens: 900, completion_tokens: 3, total_tokens: 903, prompt_tokens_details: { cached_tokens: 800 } }
    const bytes = Buffer.from([...hello, { ...chunk({}), choices: [], usage: counted }, '[DONE]'].map(sse).join(''))
    wire = async (_, response) => {
      for (const byte of bytes) {
        response.write(Buffer.of(byte))
        await new Promise(setImmediate)
      }
      response.end()
    }
    expect(await ask()).toEqual([
      { type: 'text', text: 'Héllo' },
      { type: 'text', text: ' there.' },
      { type: 'end', reason: 'stop' },
    ])
    expect(usage).toEqual([{ prompt: 900, cached: 800, completion: 3 }])
  })

  it('hands a token on before the next one exists', async () => {
    const second = Promise.withResolvers<void>()
    wire = async (_, response) => {
      response.write(sse(hello[1]))
      await second.promise
      response.end([hello[2], hello[3], '[DONE]'].map(sse).join(''))
    }
    const events = createModel().stream(request, { signal: new AbortController().signal, isRetry: false })[Symbol.asyncIterator]()
    expect((await events.next()).value).toEqual({ type: 'text', text: 'Héllo' })
    second.resolve()
    expect((await events.next()).value).toEqual({ type: 'text', text: ' there.' })
    expect((await events.next()).value).toEqual({ type: 'end', reason: 'stop' })
    expect((await events.next()).done).toBe(true)
  })

  it('puts tool calls together from their pieces', async () => {
    const piece = (index: number, part: object) => chunk({ tool_calls: [{ index, ...part }] })
    wire = answer(
      piece(0, { id: 'call_a', type: 'function', function: { name: 'take_message', arguments: '' } }),
      piece(0, { function: { arguments: '{"text":' } }),
      piece(1, { id: 'call_b', type: 'function', function: { name: 'end_call', arguments: '{}' } }),
      piece(0, { function: { arguments: '"Hi"}' } }),
      chunk({}, 'tool_calls'),
    )
    const events = await ask()
    expect(events.filter(({ type }) => type === 'progress')).toHaveLength(4)
    expect(events.filter(({ type }) => type !== 'progress')).toEqual([
      { type: 'tool-call', call: { id: 'call_a', name: 'take_message', arguments: '{"text":"Hi"}' } },
      { type: 'tool-call', call: { id: 'call_b', name: 'end_call', arguments: '{}' } },
      { type: 'end', reason: 'tool-calls' },
    ])
  })

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['content_filter', 'filter'],
  ])('finish reason %s is told as %s', async (finish, reason) => {
    wire = answer(chunk({ content: 'A' }), chunk({}, finish))
    expect((await ask()).at(-1)).toEqual({ type: 'end', reason })
  })

  const json = (status: number, body: unknown, headers: Record<string, string> = {}): Wire => (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }
  const failed = (code: string) => ({ error: { message: 'The caller said something private', type: 'x', code, param: null } })
  const inDate = { date: 'Tue, 24 Nov 2026 10:00:00 GMT', 'retry-after': 'Tue, 24 Nov 2026 10:00:03 GMT' }

  it.each<[string, Wire, object]>([
    ['429', json(429, failed('rate_limit'), { 'retry-after': '7' }), { code: 'vendor-rate-limited', retryAfterMs: 7_000 }],
    ['429 in ms', json(429, failed('rate_limit'), { 'retry-after-ms': '250', 'retry-after': '1' }), { code: 'vendor-rate-limited', retryAfterMs: 250 }],
    ['429 with a date', json(429, failed('rate_limit'), inDate), { code: 'vendor-rate-limited', retryAfterMs: 3_000 }],
    ['429 with nonsense', json(429, failed('rate_limit'), { 'retry-after': 'soon' }), { code: 'vendor-rate-limited', retryAfterMs: undefined }],
    ['an empty purse', json(429, failed('insufficient_quota')), { code: 'vendor-refused' }],
    ['500', json(500, failed('server_error')), { code: 'vendor-unavailable' }],
    ['503', json(503, failed('overloaded'), { 'retry-after': '2' }), { code: 'vendor-unavailable', retryAfterMs: 2_000 }],
    ['401', json(401, failed('invalid_api_key')), { code: 'vendor-refused' }],
    ['400', json(400, failed('bad_request')), { code: 'vendor-refused' }],
    ['a redirect', json(307, {}, { location: '/elsewhere' }), { code: 'vendor-refused' }],
    ['a reset', (incoming) => incoming.socket.resetAndDestroy(), { code: 'vendor-unavailable' }],
    ['no JSON', answer('{"choices": ['), { code: 'vendor-answer-malformed' }],
    ['wrong JSON', answer({ hello: 1 }), { code: 'vendor-answer-malformed' }],
    ['wrong types', answer(chunk({ content: 7 })), { code: 'vendor-answer-malformed' }],
    ['a page', (_, response) => response.end('<html>Welcome</html>'), { code: 'vendor-answer-malformed' }],
    ['an empty stream', answer(), { code: 'vendor-answer-malformed' }],
    ['an unknown end', answer(chunk({ content: 'A' }, 'boredom')), { code: 'vendor-answer-malformed' }],
    ['a tool call without a name', answer(chunk({ tool_calls: [{ index: 0, id: 'a' }] }), chunk({}, 'tool_calls')), { code: 'vendor-answer-malformed' }],
    ['a tool call out of bounds', answer(chunk({ tool_calls: [{ index: 4_000_000_000, id: 'a' }] })), { code: 'vendor-answer-malformed' }],
    ['an error in the stream', answer(hello[1], failed('server_error')), { code: 'vendor-unavailable' }],
    ['a clean end too early', (_, response) => response.end(sse(hello[1])), { code: 'vendor-answer-malformed' }],
    [
      'half a body',
      (_, response) => {
        response.writeHead(200, { 'content-length': '4000' })
        response.write(sse(hello[1]), () => response.socket!.destroy())
      },
      { code: 'vendor-unavailable' },
    ],
  ])('%s is a coded failure without a word of the conversation', async (_, script, failure) => {
    wire = script
    const error = await ask().then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ name: 'Failure', ...failure })
    expect(String(error)).not.toContain('private')
    expect(seen).toHaveLength(1)
  })

  it.each<[string, Wire]>([
    ['before its headers', () => {}],
    ['after its first token', (_, response) => response.write(sse(hello[1]))],
  ])('a vendor that falls silent %s is given up', async (_, script) => {
    wire = script
    await expect(ask(createModel(100))).rejects.toMatchObject({ code: 'vendor-unavailable' })
  })

  it('an abort ends the request at the vendor and the stream here, with nothing after it', async () => {
    const closed = Promise.withResolvers<void>()
    wire = (_, response) => {
      response.on('close', closed.resolve)
      response.write(sse(hello[1]))
    }
    const controller = new AbortController()
    const heard: ModelEvent[] = []
    const talk = (async () => {
      for await (const event of createModel().stream(request, { signal: controller.signal, isRetry: false })) {
        heard.push(event)
        controller.abort(new Error('interrupted'))
      }
    })()
    await expect(talk).rejects.toThrow('interrupted')
    await closed.promise
    expect(heard).toEqual([{ type: 'text', text: 'Héllo' }])
  })

  it('keeps its connection between turns, and makes a fresh one for a retry', async () => {
    wire = answer(...hello)
    const model = createModel()
    await ask(model)
    await ask(model)
    await ask(model, true)
    await ask(model)
    const [first, second, retry, after] = seen.map(({ port }) => port)
    expect([second, after]).toEqual([first, first])
    expect(retry).not.toBe(first)
  })
})
