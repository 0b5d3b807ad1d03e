import OpenAI from 'openai'
import type { OpenAiStandIn } from './stand-in.ts'
import { startOpenAiStandIn } from './stand-in.ts'

const system = { role: 'system', content: '<knowledge>\n## Do you deliver?\nYes, within ten miles, every day but Sunday.\n</knowledge>' } as const
const user = (content: string) => ({ role: 'user', content }) as const
const gapTool = {
  type: 'function',
  function: {
    name: 'report_knowledge_gap',
    strict: true,
    parameters: { type: 'object', properties: { question: { type: 'string' } }, required: ['question'], additionalProperties: false },
  },
} as const

describe("OpenAI's chat completions", () => {
  let standIn: OpenAiStandIn
  let client: OpenAI

  beforeEach(async () => {
    standIn = await startOpenAiStandIn({ firstTokenMs: 0, tokenMs: 0 })
    client = new OpenAI({ apiKey: 'sk-test', baseURL: standIn.url, maxRetries: 0, logLevel: 'off' })
  })
  afterEach(() => standIn.stop())

  const ask = (content: string, options?: OpenAI.RequestOptions) =>
    client.chat.completions.create(
      { model: 'gpt-4o-mini', messages: [system, user(content)], tools: [gapTool], stream: true, stream_options: { include_usage: true }, store: false },
      options,
    )
  const post = (body: object | string, headers: Record<string, string> = { Authorization: 'Bearer sk-test' }) =>
    fetch(`${standIn.url}/chat/completions`, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) })

  it('streams in chunks: the role, the words, the reason of the end, the usage', async () => {
    const chunks = await Array.fromAsync(await ask('Do you deliver?'))
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('Yes, within ten miles, every day but Sunday.')
    expect(chunks.length).toBeGreaterThan(8)
    expect(chunks[0]).toMatchObject({ object: 'chat.completion.chunk', model: 'gpt-4o-mini-2024-07-18', usage: null, choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] })
    expect(chunks.at(-2)!.choices).toEqual([{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }])
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: chunks.length - 3, prompt_tokens: expect.any(Number) } })
  })

  it("streams tool calls in parts that the SDK puts together, and answers the tool's result", async () => {
    const messages = [system, user('Do you sell boats?')]
    const stream = client.chat.completions.stream({ model: 'gpt-4o-mini', messages, tools: [gapTool] })
    const { message, finish_reason } = (await stream.finalChatCompletion()).choices[0]!
    expect(finish_reason).toBe('tool_calls')
    expect(message.content).toMatch(/don't know/)
    const call = message.tool_calls![0]!
    expect(call).toMatchObject({ id: expect.stringMatching(/^call_/), type: 'function', function: { name: 'report_knowledge_gap' } })
    expect(JSON.parse('function' in call ? call.function.arguments : '')).toEqual({ question: 'Do you sell boats?' })
    const after = await client.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [...messages, { role: 'assistant', content: message.content, tool_calls: [{ id: call.id, type: 'function', function: { name: 'report_knowledge_gap', arguments: '{}' } }] }, { role: 'tool', tool_call_id: call.id, content: '{"ok":true}' }],
    })
    expect(after.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: '' } })
  })

  it('fills the JSON schema that is asked for, and stops at the tokens that are allowed', async () => {
    const schema = { type: 'object', properties: { summary: { type: 'string' } }, required: ['summary'], additionalProperties: false }
    const request = {
      model: 'gpt-4o-mini',
      messages: [user('<transcript>\nCaller: Do you deliver?\nReceptionist: Yes, every day.\n</transcript>')],
      response_format: { type: 'json_schema' as const, json_schema: { name: 'wrap_up', strict: true, schema } },
    }
    const whole = await client.chat.completions.create(request)
    expect(JSON.parse(whole.choices[0]!.message.content!)).toEqual({ summary: expect.stringContaining('Do you deliver?') })
    const cut = await client.chat.completions.create({ ...request, max_completion_tokens: 3 })
    expect(cut.choices[0]!.finish_reason).toBe('length')
  })

  it.each([
    ['an unknown argument', { reasoning: 1 }, { message: 'Unrecognized request argument supplied: reasoning', code: null }],
    ['store that is no boolean', { store: 'no' }, { param: 'store', code: 'invalid_type' }],
    ['no messages', { messages: undefined }, { param: 'messages', code: 'missing_required_parameter' }],
    ['an unknown role', { messages: [{ role: 'bot', content: 'x' }] }, { param: 'messages[0].role', code: 'invalid_value' }],
    ['an unknown field of a message', { messages: [{ role: 'user', content: 'x', mood: 1 }] }, { param: 'messages[0].mood', code: 'unknown_parameter' }],
    ['a tool result without its call', { messages: [{ role: 'tool', content: 'x', tool_call_id: 'c' }] }, { param: 'messages.[0].role' }],
    ['temperature 3', { temperature: 3 }, { param: 'temperature' }],
    ['parallel_tool_calls without tools', { parallel_tool_calls: false }, { param: 'parallel_tool_calls' }],
    ['stream_options without stream', { stream_options: { include_usage: true } }, { param: 'stream_options' }],
    ['a bad function name', { tools: [{ type: 'function', function: { name: 'a b' } }] }, { param: 'tools[0].function.name' }],
    ['a strict tool that allows more', { tools: [{ type: 'function', function: { name: 'a', strict: true, parameters: { type: 'object', properties: {} } } }] }, { message: expect.stringContaining("'additionalProperties' is required"), code: 'invalid_function_parameters' }],
  ])('refuses %s as OpenAI does', async (_, change, error) => {
    const response = await post({ model: 'gpt-4o-mini', messages: [user('x')], ...change })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: expect.objectContaining({ type: 'invalid_request_error', ...error }) })
  })

  it.each([
    ['a property that is not required', { a: { type: 'string' } }, [], /Missing 'a'/],
    ['a length limit', { a: { type: 'string', maxLength: 5 } }, ['a'], /'maxLength' is not permitted/],
    ['a default', { a: { type: 'string', default: 'x' } }, ['a'], /'default' is not permitted/],
    ['a nested object that allows more', { a: { type: 'array', items: { type: 'object', properties: {} } } }, ['a'], /In context=\('properties', 'a', 'items'\), 'additionalProperties'/],
    ['a property without type', { a: {} }, ['a'], /must have a 'type' key/],
  ])('refuses %s in a strict schema', async (_, properties, required, message) => {
    const schema = { type: 'object', properties, required, additionalProperties: false }
    const response = await post({ model: 'gpt-4o-mini', messages: [user('x')], response_format: { type: 'json_schema', json_schema: { name: 'x', strict: true, schema } } })
    expect(await response.json()).toMatchObject({ error: { message: expect.stringMatching(message), param: 'response_format' } })
  })

  it('wants a key, JSON and a model that exists', async () => {
    expect((await post({}, {})).status).toBe(401)
    expect((await post('{')).status).toBe(400)
    expect((await post({ model: 'llama', messages: [user('x')] })).status).toBe(404)
    expect((await client.models.list()).data.map(({ id }) => id)).toContain('gpt-4o-mini')
  })

  it('counts a client that hangs up, and lets nothing more out to it', async () => {
    standIn.setFaults([{ kind: 'stall', afterTokens: 3, times: 1 }])
    const gone = new AbortController()
    let text = ''
    for await (const chunk of await ask('Do you deliver?', { signal: gone.signal })) {
      text += chunk.choices[0]?.delta.content ?? ''
      if (text === 'Yes, within ten') gone.abort()
    }
    await ask('Do you deliver?').then((stream) => Array.fromAsync(stream))
    expect(standIn.requests().map(({ isAborted, isFinished, tokens }) => ({ isAborted, isFinished, tokens }))).toEqual([
      { isAborted: true, isFinished: false, tokens: 3 },
      { isAborted: false, isFinished: true, tokens: 8 },
    ])
    expect(standIn.requests()[0]!.body).toMatchObject({ store: false, messages: [system, user('Do you deliver?')] })
  })

  it('has the troubles it is told to have, each as often as told', async () => {
    standIn.setFaults([
      { kind: 'status', status: 429, retryAfterSeconds: 2, times: 1 },
      { kind: 'status', status: 500, times: 1 },
      { kind: 'reset', times: 1 },
      { kind: 'cut-body', times: 1 },
      { kind: 'wrong-json', times: 1 },
    ])
    const read = async () => Array.fromAsync(await ask('Do you deliver?'))
    await expect(read()).rejects.toMatchObject({ status: 429, code: 'rate_limit_exceeded', headers: expect.objectContaining({}) })
    await expect(read()).rejects.toMatchObject({ status: 500 })
    await expect(read()).rejects.toThrow('Connection error')
    await expect(read()).rejects.toThrow()
    await expect(read()).rejects.toThrow(SyntaxError)
    expect((await read()).length).toBeGreaterThan(8)
  })

  it('counts the tokens of a prefix that it has seen before as cached', async () => {
    const long = { role: 'system', content: `<knowledge>\n${'All of this is the same for every call. '.repeat(200)}\n</knowledge>` } as const
    const cachedTokens = async (words: string) =>
      (await client.chat.completions.create({ model: 'gpt-4o-mini', messages: [long, user(words)] })).usage!.prompt_tokens_details!.cached_tokens!
    expect(await cachedTokens('One')).toBe(0)
    expect(await cachedTokens('Two')).toBeGreaterThanOrEqual(1_024)
    expect((await cachedTokens('Three')) % 128).toBe(0)
  })
})
