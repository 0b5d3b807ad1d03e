import type { ModelRequest } from '../receptionist/model-port.ts'
import { listenTo } from '../test/kit/listen-to.ts'
import { answer, chunk, hello, sse, startModelServer, type Wire } from '../test/kit/model-server.ts'
import { until } from '../test/kit/until.ts'
import { createOpenAiLive, type ModelUsage, type OpenAiLive } from './openai-live.ts'

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
const eventStream = { 'content-type': 'text/event-stream' }

describe.each(['http/1.1', 'h2'] as const)('the receptionist on OpenAI, live, over %s', (protocol) => {
  let server: Awaited<ReturnType<typeof startModelServer>>
  let usage: ModelUsage[]
  let models: OpenAiLive[]

  beforeEach(async () => {
    usage = []
    models = []
    server = await startModelServer(protocol)
  })
  afterEach(async () => {
    server.stop()
    await Promise.all(models.map((model) => model.close()))
  })

  const createModel = (timeoutMs = 5_000) => {
    const model = createOpenAiLive({ apiKey: 'sk-test', baseUrl: server.url, model: 'gpt-4o-mini', timeoutMs, onUsage: (counted) => usage.push(counted) })
    models.push(model)
    return model
  }
  const ask = (model = createModel(), isRetry = false) => listenTo(model, request, { isRetry }).over

  it('P-no-training: asks for nothing to be stored, and sends the conversation as the vendor documents it', async () => {
    server.answerWith(answer(...hello))
    await ask()
    const [{ headers, body }] = server.exchanges as [(typeof server.exchanges)[0]]
    expect(headers.authorization).toBe('Bearer sk-test')
    expect(body).toEqual({
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
    server.answerWith(async ({ response }) => {
      for (const byte of bytes) {
        response.write(Buffer.of(byte))
        await new Promise(setImmediate)
      }
      response.end()
    })
    expect(await ask()).toEqual([
      { type: 'text', text: 'Héllo' },
      { type: 'text', text: ' there.' },
      { type: 'end', reason: 'stop' },
    ])
    expect(usage).toEqual([{ prompt: 900, cached: 800, completion: 3 }])
  })

  it('hands a token on before the next one exists, and the end before the vendor closes', async () => {
    const second = Promise.withResolvers<void>()
    server.answerWith(async ({ response }) => {
      response.writeHead(200, eventStream)
      response.write(sse(hello[1]))
      await second.promise
      response.write([hello[2], hello[3], '[DONE]'].map(sse).join(''))
    })
    const { told, events, over } = listenTo(createModel(), request)
    await told(1)
    expect(events).toEqual([{ type: 'text', text: 'Héllo' }])
    second.resolve()
    expect((await over).slice(1)).toEqual([
      { type: 'text', text: ' there.' },
      { type: 'end', reason: 'stop' },
    ])
  })

  it('puts tool calls together from their pieces, and tells of each piece', async () => {
    const piece = (index: number, part: object) => chunk({ tool_calls: [{ index, ...part }] })
    server.answerWith(
      answer(
        piece(0, { id: 'call_a', type: 'function', function: { name: 'take_message', arguments: '' } }),
        piece(0, { function: { arguments: '{"text":' } }),
        piece(1, { id: 'call_b', type: 'function', function: { name: 'end_call', arguments: '{}' } }),
        piece(0, { function: { arguments: '"Hi"}' } }),
        chunk({}, 'tool_calls'),
      ),
    )
    expect(await ask()).toEqual([
      ...Array.from({ length: 4 }, () => ({ type: 'progress' })),
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
    server.answerWith(answer(chunk({ content: 'A' }), chunk({}, finish)))
    expect((await ask()).at(-1)).toEqual({ type: 'end', reason })
  })

  const json = (status: number, body: unknown, headers: Record<string, string> = {}): Wire => ({ response }) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  const failed = (code: string) => ({ error: { message: 'The caller said something private', type: 'x', code, param: null } })
  const inDate = { date: 'Tue, 24 Nov 2026 10:00:00 GMT', 'retry-after': 'Tue, 24 Nov 2026 10:00:03 GMT' }
  const half = (status: number, text: string): Wire => ({ response, reset }) => {
    response.writeHead(status, { 'content-length': '4000' })
    response.write(text, () => setImmediate(reset))
  }

  it.each<[string, Wire, object]>([
    ['429', json(429, failed('rate_limit'), { 'retry-after': '7' }), { code: 'vendor-rate-limited', retryAfterMs: 7_000 }],
    ['429 in ms', json(429, failed('rate_limit'), { 'retry-after-ms': '250', 'retry-after': '1' }), { code: 'vendor-rate-limited', retryAfterMs: 250 }],
    ['429 with a date', json(429, failed('rate_limit'), inDate), { code: 'vendor-rate-limited', retryAfterMs: 3_000 }],
    ['429 with nonsense', json(429, failed('rate_limit'), { 'retry-after': 'soon' }), { code: 'vendor-rate-limited', retryAfterMs: undefined }],
    ['429 cut short', half(429, '{"error":{"message":"private'), { code: 'vendor-rate-limited' }],
    ['an empty purse', json(429, failed('insufficient_quota')), { code: 'vendor-refused' }],
    ['500', json(500, failed('server_error')), { code: 'vendor-unavailable' }],
    ['503', json(503, failed('overloaded'), { 'retry-after': '2' }), { code: 'vendor-unavailable', retryAfterMs: 2_000 }],
    ['401', json(401, failed('invalid_api_key')), { code: 'vendor-refused' }],
    ['400', json(400, failed('bad_request')), { code: 'vendor-refused' }],
    ['a code that is none', json(400, failed('the caller said private things')), { code: 'vendor-refused' }],
    ['a refusal too long', json(400, { error: 'private '.repeat(100_000) }), { code: 'vendor-refused' }],
    ['a redirect', json(307, {}, { location: '/elsewhere' }), { code: 'vendor-refused' }],
    ['a reset', ({ reset }) => reset(), { code: 'vendor-unavailable' }],
    ['no JSON', answer('{"choices": ["private'), { code: 'vendor-answer-malformed' }],
    ['wrong JSON', answer({ hello: 'private' }), { code: 'vendor-answer-malformed' }],
    ['JSON that is null', answer('null'), { code: 'vendor-answer-malformed' }],
    ['wrong types', answer(chunk({ content: 7 })), { code: 'vendor-answer-malformed' }],
    ['a page', ({ response }) => response.end('<html>Welcome</html>'), { code: 'vendor-answer-malformed' }],
    ['an empty answer', ({ response }) => response.writeHead(204).end(), { code: 'vendor-answer-malformed' }],
    ['an empty stream', answer(), { code: 'vendor-answer-malformed' }],
    ['an unknown end', answer(chunk({ content: 'A' }, 'toString')), { code: 'vendor-answer-malformed' }],
    ['a tool call without a name', answer(chunk({ tool_calls: [{ index: 0, id: 'a' }] }), chunk({}, 'tool_calls')), { code: 'vendor-answer-malformed' }],
    ['a tool call left out', answer(chunk({ tool_calls: [{ index: 1, id: 'a', function: { name: 'b' } }] }), chunk({}, 'tool_calls')), { code: 'vendor-answer-malformed' }],
    ['a tool call out of bounds', answer(chunk({ tool_calls: [{ index: 4_000_000_000, id: 'a' }] })), { code: 'vendor-answer-malformed' }],
    ['an event without end', ({ response }) => response.end(`data: ${'private '.repeat(100_000)}`), { code: 'vendor-answer-malformed' }],
    ['an answer without end', answer(...Array.from({ length: 60 }, () => chunk({ content: 'private '.repeat(10_000) }))), { code: 'vendor-answer-malformed' }],
    ['an error in the stream', answer(hello[1], failed('server_error')), { code: 'vendor-unavailable' }],
    ['a clean end too early', ({ response }) => response.end(sse(hello[1])), { code: 'vendor-answer-malformed' }],
    ['half a body', half(200, sse(hello[1])), { code: 'vendor-unavailable' }],
  ])('%s is a coded failure without a word of the conversation', async (_, script, failure) => {
    server.answerWith(script)
    const error = await ask().then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ name: 'Failure', ...failure })
    expect(JSON.stringify([String(error), (error as Error).stack, error])).not.toMatch(/private|sk-test/)
    expect(server.exchanges).toHaveLength(1)
  })

  it.each<[string, Wire, string]>([
    ['before its headers', () => {}, 'vendor-unavailable'],
    ['after its first token', ({ response }) => response.write(sse(hello[1])), 'vendor-unavailable'],
    ['in the middle of a refusal', ({ response }) => response.writeHead(429).write('{'), 'vendor-rate-limited'],
  ])('a vendor that falls silent %s is given up', async (_, script, code) => {
    server.answerWith(script)
    await expect(ask(createModel(600))).rejects.toMatchObject({ code })
    await until(() => server.exchanges[0]!.isAborted)
  })

  it('a vendor that is not there is a coded failure', async () => {
    const model = createModel()
    server.stop()
    await expect(ask(model)).rejects.toMatchObject({ code: 'vendor-unavailable' })
    await expect(ask(model, true)).rejects.toMatchObject({ code: 'vendor-unavailable' })
  })

  it('a cancel ends the request at the vendor and the stream here, with nothing after it', async () => {
    server.answerWith(({ response }) => response.write(hello.map(sse).join('')))
    const stream = listenTo(createModel(), request, { onEvent: () => stream.cancel() })
    await until(() => server.exchanges[0]?.isAborted === true)
    expect(stream.events).toEqual([{ type: 'text', text: 'Héllo' }])
  })
})
