import fc from 'fast-check'
import { createAnswer } from './openai-live-answer.ts'
import { createTextStencil } from './openai-live-stencil.ts'

const chunk = (content: string, more: object = {}) => ({
  id: 'chatcmpl-1',
  choices: [{ index: 0, delta: { content }, logprobs: null, finish_reason: null }],
  usage: null,
  ...more,
})

/** What reading one payload comes to: the words told, or the code of what is wrong with it. */
function createReader() {
  const told: string[] = []
  const answer = createAnswer(
    (event) => told.push(event.type === 'text' ? event.text : JSON.stringify(event)),
    (usage) => told.push(JSON.stringify(usage)),
  )
  const attempt = <T>(run: () => T) => {
    try {
      return run()
    } catch (error) {
      return (error as { code?: string }).code
    }
  }
  return {
    read(payload: string) {
      told.length = 0
      return [attempt(() => answer.read(payload)), ...told]
    },
    end() {
      told.length = 0
      return [attempt(answer.end), ...told]
    },
  }
}

/** Reads a stream, and holds each payload, and its end, against a reader that has seen nothing before it. */
function expectSameAsOneByOne(payloads: string[]): void {
  const reader = createReader()
  let end: unknown = ['vendor-answer-malformed']
  for (const payload of payloads) {
    const alone = createReader()
    const read = alone.read(payload)
    expect(reader.read(payload)).toEqual(read)
    if (read[0] === false && JSON.parse(payload).choices[0]?.finish_reason != null) end = alone.end()
  }
  expect(reader.end()).toEqual(end)
}

const word = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom(' open', '"', '\\', '\n', 'content', '"content":"', 'padding', 'a?', '\u2028', 'é'))
const padding = fc.option(fc.oneof(fc.string({ unit: fc.constantFrom('a', 'Z', '0') }), word), { nil: undefined })
const plain = fc.tuple(word, padding).map(([text, obfuscation]) => JSON.stringify(chunk(text, obfuscation === undefined ? {} : { obfuscation })))
/** Chunks with holes in places that may be taken for others. */
const templates = [
  '{"choices":[{"delta":{"content":A}}],"obfuscation":B}',
  '{"choices":[{"delta":{"content":A,"content":B}}]}',
  '{"choices":[{"delta":{"content":A}}],"choices":[{"delta":{"content":B}}]}',
  '{"content":A,"choices":[{"delta":{"content":B}}]}',
  '{"a\\"content":A,"choices":[{"delta":{"content":B}}]}',
  '{"id":A,"choices":[{"delta":{"content":B}}],"obfuscation":"a"}',
  '{"choices":[{"delta":{"content":B},"finish_reason":A}]}',
  '{"choices":[{"delta":{"role":A,"content":B}}],"obfuscation":"a","obfuscation":"b"}',
  '{"choices":[{"delta":{"content":A}}],"error":B}',
  '{"choices":[{"delta":{"content":A}},{"delta":{"content":B}}]}',
  '{"choices":[{"delta":{"content":A}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}',
  '{"choices":[{"delta":{"content":A,"tool_calls":[{"index":0,"id":B}]}}]}',
  '{"choices":[{"delta":{"content":[A,B]}}]}',
  '{ "choices" : [ { "delta" : { "content" : A } } ] , "obfuscation" : B }',
]
const alike = fc
  .tuple(fc.constantFrom(...templates), fc.array(fc.tuple(fc.constantFrom('a', 'b', 'stop', '', '"', 'a?'), fc.constantFrom('a', 'b', 'stop', '')), { maxLength: 6 }))
  .map(([template, pairs]) => pairs.map(([a, b]) => template.replace('A', JSON.stringify(a)).replace('B', JSON.stringify(b))))
/** A payload with something put in, taken out or put in another's place. */
const damaged = fc
  .tuple(plain, fc.nat(), fc.nat(3), fc.constantFrom('', '"', '\\', '}', '\n', 'x', '"content":"', ',"usage":null'))
  .map(([payload, at, cut, put]) => payload.slice(0, at % (payload.length + 1)) + put + payload.slice((at % (payload.length + 1)) + cut))
const unended = plain.map((payload) => payload.replace(/"[^"]*"}$/, '"}'))

describe('a stencil', () => {
  it('changes nothing of what a stream of chunks is read as', () => {
    const anyStream = fc.array(fc.oneof({ weight: 3, arbitrary: plain }, damaged, unended, plain.map((payload) => `${payload}x`)), { maxLength: 12 })
    fc.assert(fc.property(fc.oneof(anyStream, alike), expectSameAsOneByOne), { numRuns: 3_000 })
  })

  it('is not taken of a chunk that holds more than text, so that all of each is read', () => {
    const { read, end } = createReader()
    const withMore = (choice: object) => JSON.stringify({ choices: [{ delta: { content: 'a', ...choice }, ...choice }] })
    const call = withMore({ tool_calls: [{ index: 0, id: 'a', function: { name: 'b', arguments: '1' } }] })
    for (const payload of [call, call, call, withMore({ finish_reason: 'length' }), withMore({ finish_reason: 'tool_calls' })]) read(payload)
    read(withMore({ finish_reason: 'length' }))
    const told = [
      { type: 'tool-call', call: { id: 'a', name: 'b', arguments: '111' } },
      { type: 'end', reason: 'length' },
    ]
    expect(end()).toEqual([undefined, ...told.map((event) => JSON.stringify(event))])
  })

  it.each([{}, { obfuscation: 'Xy1' }, { obfuscation: '' }])('fits the chunks of a stream with %j, and spares them from being parsed', (more) => {
    const stencil = createTextStencil((payload) => JSON.parse(payload).choices[0].delta.content)
    stencil.learn(JSON.stringify(chunk('Hello', more)), 'Hello')
    for (const text of ['', ' there', 'é😀', 'content']) {
      const other = 'obfuscation' in more ? { obfuscation: text.slice(0, 1) } : more
      expect(stencil.read(JSON.stringify(chunk(text, other)))).toBe(text)
    }
    expect(stencil.read(JSON.stringify(chunk('"quoted"', more)))).toBeNull()
    expect(stencil.read(JSON.stringify(chunk('x', { ...more, more: 1 })))).toBeNull()
  })
})
