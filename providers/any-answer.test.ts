import type { ServerResponse } from 'node:http'
import fc from 'fast-check'
import { failures } from '../domain/failure.ts'
import { damaged } from '../test/kit/damaged.ts'
import { listenTo } from '../test/kit/listen-to.ts'
import { chunk, sse } from '../test/kit/model-server.ts'
import { propertyRuns, propertyTimeoutMs } from '../test/kit/property-runs.ts'
import { serve } from '../test/kit/wire.ts'
import { createOpenAiLive, type OpenAiLive } from './openai-live.ts'
import { createOpenAiSummary } from './openai-summary.ts'
import { createResendMail } from './resend-mail.ts'
import { createTwilioVoice } from './twilio-voice.ts'

interface Answer {
  status: number
  headers: Record<string, string>
  body: string | Buffer
  /** The connection breaks off before the last bytes. */
  isCut: boolean
}

const secret = 'secret-of-a-vendor'
const callSid = `CA${'1'.repeat(32)}`
const codes = Object.keys(failures).filter((code) => code.startsWith('vendor-') || code.startsWith('recording-'))
const statuses = fc.oneof({ weight: 3, arbitrary: fc.constant(200) }, fc.constantFrom(201, 202, 204, 206, 301, 302, 304, 400, 401, 403, 404, 408, 409, 413, 422, 425, 429, 500, 502, 503, 504, 529, 599))
const headers = fc.dictionary(
  fc.constantFrom('content-type', 'retry-after', 'retry-after-ms', 'location', 'content-encoding', 'date', 'x-should-retry'),
  fc.constantFrom('', '0', '-1', '1', '99999999999', 'Thu, 01 Jan 1970 00:00:00 GMT', 'Infinity', 'application/json', 'text/html', 'text/event-stream; charset=utf-8', 'gzip', '/elsewhere', 'true'),
  { maxKeys: 3 },
)
const anyOf = (body: fc.Arbitrary<unknown>): fc.Arbitrary<Answer> =>
  fc.record({
    status: statuses,
    headers,
    body: fc.oneof(
      { weight: 6, arbitrary: body.map((value) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))) },
      fc.constantFrom('', '{', 'null', '[]', '<html>502</html>', '\ufeff{}', '{"a":'.repeat(2_000)),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    ),
    isCut: fc.nat(9).map((of) => of === 0),
  })

const completion = {
  id: 'c',
  object: 'chat.completion',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: '{"summary":"x"}', refusal: null } }],
}
const call = { sid: callSid, status: 'completed', duration: '61', start_time: 'Tue, 24 Nov 2026 12:00:00 +0000', end_time: 'Tue, 24 Nov 2026 12:01:01 +0000' }
const recording = { sid: `RE${'2'.repeat(32)}`, status: 'completed', duration: '61' }
const chunks = [
  chunk({ role: 'assistant', content: '' }),
  chunk({ content: 'Hello' }),
  chunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'end_call', arguments: '' } }] }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: '{"reason":"x"}' } }] }),
  chunk({}, 'tool_calls'),
  { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } },
]
const streamed = damaged(fc.constant(chunks), 3).map((all) => `${(Array.isArray(all) ? all : [all]).map((one) => sse(one ?? 'null')).join('')}data: [DONE]\n\n`)

describe('whatever a vendor answers', () => {
  let vendor: Awaited<ReturnType<typeof serve>>
  let model: OpenAiLive
  let next: Answer

  beforeAll(async () => {
    vendor = await serve((request, response) => {
      request.resume().on('end', () => respond(response))
    })
    model = createOpenAiLive({ apiKey: secret, baseUrl: `${vendor.url}/v1`, model: 'gpt-4o-mini', timeoutMs: 2_000, onUsage: () => {} })
  })
  afterAll(async () => {
    await model.close()
    await vendor.stop()
  })

  function respond(response: ServerResponse) {
    const { status, headers, body, isCut } = next
    response.writeHead(status, headers)
    if (!isCut) return void response.end(body)
    response.write(body)
    setImmediate(() => response.destroy())
  }

  /** Resolves to something that holds, or fails with a code of a vendor's; the secret and the vendor's words stay out of it. */
  async function holds<Result>(given: Answer, ask: () => Promise<Result>, check: (result: Result) => void, isByStatus: boolean) {
    next = given
    const [result, failure] = await ask().then((value) => [value, null] as const, (error: unknown) => [null, error] as const)
    if (failure === null) return check(result as Result)
    expect(failure).toMatchObject({ name: 'Failure', code: expect.stringMatching(new RegExp(`^(${codes.join('|')})$`)) })
    const { retryAfterMs, message } = failure as { retryAfterMs?: number; message: string }
    expect(message).not.toContain(secret)
    if (retryAfterMs !== undefined) expect(retryAfterMs).toBeGreaterThanOrEqual(0)
    // A body that can't be deciphered is no answer to some clients.
    if (!isByStatus || given.headers['content-encoding']) return
    if (given.status === 429 && !given.isCut) expect((failure as { code: string }).code).toBe('vendor-rate-limited')
    if (given.status >= 500) expect((failure as { code: string }).code).toBe('vendor-unavailable')
  }
  const property = <Result>(bodies: fc.Arbitrary<unknown>, ask: () => Promise<Result>, check: (result: Result) => void, { runs = 150, isByStatus = true } = {}) =>
    fc.assert(fc.asyncProperty(anyOf(bodies), (given) => holds(given, ask, check, isByStatus)), propertyRuns(runs))

  it('OpenAI, to a summary: JSON or null, or a code', async () => {
    const summary = createOpenAiSummary({ apiKey: secret, baseUrl: `${vendor.url}/v1`, model: 'gpt-4o-mini', timeoutMs: 2_000 })
    const messages = [{ role: 'user' as const, content: 'words' }]
    await property(damaged(fc.constant(completion)), () => summary.wrapUp(messages, { type: 'object' }), (answer) => {
      expect(answer).toEqual(JSON.parse(JSON.stringify(answer)))
    })
  }, propertyTimeoutMs)

  it('OpenAI, live: text and whole tool calls with one end, or a code', async () => {
    const ask = () => listenTo(model, { messages: [{ role: 'user', content: 'Hi' }], tools: [], maxTokens: 10, temperature: 0 }).over
    await property(streamed, ask, (events) => {
      expect(events.filter(({ type }) => type === 'end')).toHaveLength(1)
      for (const event of events) {
        if (event.type === 'text') expect(typeof event.text).toBe('string')
        if (event.type === 'tool-call') expect(event.call).toEqual({ id: expect.any(String), name: expect.any(String), arguments: expect.any(String) })
      }
    })
  }, propertyTimeoutMs)

  it('Twilio, of a call: its state, or a code', async () => {
    const voice = createTwilioVoice({ accountSid: `AC${'0'.repeat(32)}`, authToken: secret, baseUrl: vendor.url, timeoutMs: 2_000 })
    await property(damaged(fc.constant(call)), () => voice.fetchCall(callSid), ({ status, durationSeconds, startedAtMs, endedAtMs }) => {
      expect(typeof status).toBe('string')
      if (durationSeconds !== null) expect(Number.isSafeInteger(durationSeconds)).toBe(true)
      for (const atMs of [startedAtMs, endedAtMs]) if (atMs !== null) expect(Number.isSafeInteger(atMs)).toBe(true)
    })
  }, propertyTimeoutMs)

  it('Twilio, of recordings: a list, a started one, a deletion, or a code', async () => {
    const voice = createTwilioVoice({ accountSid: `AC${'0'.repeat(32)}`, authToken: secret, baseUrl: vendor.url, timeoutMs: 2_000 })
    const list = damaged(fc.constant({ recordings: [recording, recording], next_page_uri: null, uri: '' }))
    await property(list, () => voice.listRecordings(callSid), (recordings) => {
      for (const one of recordings) expect(one).toEqual({ sid: expect.any(String), status: expect.any(String), durationSeconds: one.durationSeconds })
    })
    await property(damaged(fc.constant({ ...recording, recordings: [] })), () => voice.startRecording(callSid, 'https://voice.example/'), (sid) => expect(typeof sid).toBe('string'), { runs: 60 })
    await property(damaged(fc.constant({})), () => voice.deleteRecording(recording.sid), (nothing) => expect(nothing).toBeUndefined(), { runs: 60 })
    const download = async () => {
      for await (const bytes of (await voice.downloadRecording(recording.sid)).body) expect(bytes).toBeInstanceOf(Uint8Array)
    }
    await property(fc.string({ maxLength: 2_000 }), download, () => {}, { runs: 60 })
  }, propertyTimeoutMs)

  it('Resend, to a mail: its id, or a code', async () => {
    const mailer = createResendMail({ apiKey: secret, baseUrl: vendor.url, from: 'a@b.example', timeoutMs: 2_000 })
    const mail = { to: 'o@a.example', subject: 's', text: 't', html: '<p>t</p>', idempotencyKey: 'k' }
    const bodies = damaged(fc.constantFrom<unknown>({ id: 'e' }, { name: 'rate_limit_exceeded', message: secret, statusCode: 429 }, { name: 'invalid_idempotent_request', message: secret, statusCode: 409 }))
    // Its SDK tells the body's status, not the answer's.
    await property(bodies, () => mailer.send(mail), ({ id }) => expect(id === null || typeof id === 'string').toBe(true), { isByStatus: false })
  }, propertyTimeoutMs)
})
