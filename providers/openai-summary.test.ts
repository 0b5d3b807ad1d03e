import type { IncomingMessage, ServerResponse } from 'node:http'
import { bodyOf, serve } from '../test/kit/wire.ts'
import { createOpenAiSummary } from './openai-summary.ts'

let answer: (request: IncomingMessage, response: ServerResponse) => void
let vendor: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  vendor = await serve((request, response) => answer(request, response))
})

afterAll(() => vendor.stop())

const schema = { type: 'object', properties: {}, required: [], additionalProperties: false }
const wrapUp = (timeoutMs = 10_000) =>
  createOpenAiSummary({ apiKey: 'sk-1', baseUrl: `${vendor.url}/v1`, model: 'gpt-4o-mini', timeoutMs }).wrapUp(
    [
      { role: 'system', content: 'Sum up' },
      { role: 'user', content: 'words' },
    ],
    schema,
  )
const completion = (message: object, finish_reason = 'stop') => ({
  id: 'c',
  object: 'chat.completion',
  choices: [{ index: 0, finish_reason, message }],
})
const answering = (status: number, body: unknown, headers: Record<string, string> = {}) => {
  answer = (_request, response) =>
    response
      .writeHead(status, { 'Content-Type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body))
}

describe('a summary by OpenAI', () => {
  it('P-no-training asks for strict JSON, once, and for nothing to be stored', async () => {
    const requests: { url: string | undefined; body: unknown }[] = []
    answer = async (request, response) => {
      requests.push({ url: request.url, body: JSON.parse(await bodyOf(request)) })
      response
        .writeHead(200, { 'Content-Type': 'application/json' })
        .end(JSON.stringify(completion({ role: 'assistant', content: '{"a":1}' })))
    }
    expect(await wrapUp()).toEqual({ a: 1 })
    expect(requests).toEqual([
      {
        url: '/v1/chat/completions',
        body: expect.objectContaining({
          model: 'gpt-4o-mini',
          store: false,
          response_format: { type: 'json_schema', json_schema: { name: 'wrap_up', strict: true, schema } },
          messages: [
            { role: 'system', content: 'Sum up' },
            { role: 'user', content: 'words' },
          ],
        }),
      },
    ])
  })

  it.each([
    ['words instead of JSON', completion({ content: 'Ann called' }), 'vendor-answer-malformed'],
    ['JSON that was cut off', completion({ content: '{"summary":"Ann' }, 'length'), 'vendor-answer-malformed'],
    ['no choice', { id: 'c', choices: [] }, 'vendor-answer-malformed'],
    ['nothing it knows', {}, 'vendor-answer-malformed'],
    ['no JSON around it', 'Ann', 'vendor-answer-malformed'],
  ])('fails by code when it is answered with %s, and repeats none of it', async (_, body, code) => {
    answering(200, body)
    await expect(wrapUp()).rejects.toMatchObject({ code, message: expect.not.stringContaining('Ann') })
  })

  it.each([
    ['the model refuses', completion({ content: null, refusal: 'I will not' })],
    ['a filter takes the answer away', completion({ content: '' }, 'content_filter')],
  ])('is none, and no failure, when %s', async (_, body) => {
    answering(200, body)
    expect(await wrapUp()).toBeNull()
  })

  it.each([
    [429, 'vendor-rate-limited'],
    [500, 'vendor-unavailable'],
    [401, 'vendor-refused'],
    [400, 'vendor-refused'],
  ])('fails by code on %d, after one try', async (status, code) => {
    let tries = 0
    answer = (_request, response) => {
      tries += 1
      response.writeHead(status, { 'Retry-After': '9' }).end('{"error":{}}')
    }
    await expect(wrapUp()).rejects.toMatchObject({ code, ...(status === 429 && { retryAfterMs: 9_000 }) })
    expect(tries).toBe(1)
  })

  it.each([
    ['nobody answers', () => undefined],
    [
      'the body never ends',
      (_: IncomingMessage, response: ServerResponse) =>
        response.writeHead(200, { 'Content-Type': 'application/json' }).write('{"id":'),
    ],
    ['the connection is reset', (request: IncomingMessage) => request.socket.destroy()],
  ])('fails in time when %s', async (_, behaviour) => {
    answer = behaviour
    await expect(wrapUp(300)).rejects.toMatchObject({ code: 'vendor-unavailable' })
  })
})
