import fc from 'fast-check'
import { createEventStream } from './event-stream.ts'

/** The standard's rules, on text that is whole. */
function eventsOf(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  const events: string[] = []
  let data: string[] = []
  // What stands behind the last line end is no line yet.
  for (const line of lines.slice(0, -1)) {
    const [, value] = /^data(?::\s?([\s\S]*))?$/.exec(line.replace(/^data:(?! )/, 'data: ')) ?? []
    if (line === 'data' || line.startsWith('data:')) data.push(value ?? '')
    if (line !== '') continue
    if (data.length > 0) events.push(data.join('\n'))
    data = []
  }
  return events
}

function createReader(maxEventBytes = 1_000) {
  const events: string[] = []
  const { read } = createEventStream({ maxEventBytes, onData: (payload) => events.push(payload) })
  return { events, read: (bytes: Buffer | string) => read(Buffer.from(bytes)) }
}

const parts = ['data', 'data: ', 'data:', ':', ' ', '\r', '\n', '\r\n', '\n\n', '\r\r', 'event: x', 'id', 'é', '😀', '\u2028', '\uFEFF', '[DONE]', '{"a":1}', 'x']
const anyStream = fc.array(fc.constantFrom(...parts), { maxLength: 40 }).map((some) => some.join(''))

describe('a stream of events', () => {
  it('is told event by event as each ends, however the bytes are cut', () => {
    fc.assert(
      fc.property(anyStream, fc.array(fc.nat(7), { maxLength: 40 }), (text, cuts) => {
        const bytes = Buffer.from(text)
        const reader = createReader()
        let at = 0
        for (const size of [...cuts, bytes.length]) {
          reader.read(bytes.subarray(at, at + size))
          at = Math.min(bytes.length, at + size)
          expect(reader.events).toEqual(eventsOf(bytes.toString('utf8', 0, at)))
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it.each<[string, string, string[]]>([
    ['LF', 'data: a\n\ndata:b\n\n', ['a', 'b']],
    ['CR LF', 'data: a\r\n\r\ndata:b\r\n\r\n', ['a', 'b']],
    ['CR', 'data: a\r\rdata:b\r\r', ['a', 'b']],
    ['CR LF within an event', 'data: a\r\ndata: b\r\n\r\n', ['a\nb']],
    ['several lines of data', 'data: a\ndata\ndata:  b\n\n', ['a\n\n b']],
    ['comments and other fields', ': hi\nevent: x\ndata: a\nid: 1\nretry: 5\n\n: there\n\n', ['a']],
    ['fields that only begin like data', 'data2: a\ndatax\nDATA: b\n\n', []],
    ['no data', '\n\nevent: x\n\n', []],
    ['empty data', 'data:\n\n', ['']],
    ['an event broken off', 'data: a\n\ndata: b\n', ['a']],
    ['a byte order mark', '\uFEFFdata: a\n\n', ['a']],
  ])('%s', (_, text, events) => {
    const whole = createReader()
    whole.read(text)
    expect(whole.events).toEqual(events)
    const bytewise = createReader()
    for (const byte of Buffer.from(text)) bytewise.read(Buffer.of(byte))
    expect(bytewise.events).toEqual(events)
  })

  it('has bounds', () => {
    const malformed = expect.objectContaining({ code: 'vendor-answer-malformed' })
    const reader = createReader(20)
    reader.read(`data: ${'x'.repeat(14)}\n\n`)
    reader.read(`data: ${'x'.repeat(4)}\ndata: ${'x'.repeat(4)}\n\n`)
    expect(reader.events).toHaveLength(2)
    expect(() => createReader(20).read(`data: ${'x'.repeat(15)}\n\n`)).toThrow(malformed)
    expect(() => createReader(20).read(`data: ${'x'.repeat(5)}\n`.repeat(2))).toThrow(malformed)
    const dripping = createReader(20)
    for (let at = 0; at < 20; at += 1) dripping.read(':')
    expect(() => dripping.read(':')).toThrow(malformed)
  })
})
