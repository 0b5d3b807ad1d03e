import { once } from 'node:events'
import { connect } from 'node:net'
import { callBounds } from '../domain/call-bounds.ts'
import { upgradeRequest } from '../test/kit/crowd.ts'
import { createRelayWorld, signHandshake, type RelayWorld, type RunningRelay } from '../test/kit/running-relay.ts'
import { closing, frame, opcodes, pieces, readFrames } from '../test/kit/websocket-bytes.ts'

const { continuation, text, binary, close, ping, pong } = opcodes
/** Every path of the relay's port that takes sockets. */
const paths = ['/voice', '/voice/again']
/** Asked last of a socket that is to live; what it answers before is the case's. */
const lastWord = 'still there'
const alive = [`pong ${lastWord}`]
const more = { isLast: false }
const bytes = (...values: number[]) => Buffer.from(values)
const octets = (whole: Buffer) => Array.from(whole, (_, at) => whole.subarray(at, at + 1))
const { maxFrameBytes } = callBounds
/** A valid message that a relay leaves alone, of any length. */
const message = (length: number) => `{"type":"weather"}${' '.repeat(length)}`.slice(0, Math.max(length, 18))
const greek = Buffer.from('κόσμε')
const isValidCode = (code: number) => (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999)

/**
 * The Autobahn test suite's cases by its numbers, in short: what is sent, piece by piece, and what must come back – frames,
 * and the code that the socket is closed with. A relay answers no message, so that only pings tell that it lives.
 */
const cases: [string, Buffer[], string[]][] = [
  ...[0, 125, 126, 127, 128, 65_535, 65_536].map((length): [string, Buffer[], string[]] => [`1.1 text of ${length} bytes`, [frame(text, message(length))], alive]),
  ['1.1.8 text of 64 KB in chops of 997', chops(frame(text, message(65_536)), 997), alive],
  ...[0, 125, 65_536].map((length): [string, Buffer[], string[]] => [`1.2 binary of ${length} bytes`, [frame(binary, Buffer.alloc(length, 0xfe))], alive]),
  ['2.1 a ping without payload', [frame(ping)], ['pong ', ...alive]],
  ['2.2 a ping with text', [frame(ping, 'Hello, world!')], ['pong Hello, world!', ...alive]],
  ['2.4 a ping of 125 bytes', [frame(ping, 'x'.repeat(125))], [`pong ${'x'.repeat(125)}`, ...alive]],
  ['2.5 a ping of 126 bytes', [frame(ping, Buffer.alloc(126))], ['close 1002']],
  ['2.6 a ping octet by octet', octets(frame(ping, 'slow')), ['pong slow', ...alive]],
  ['2.7 a pong that nobody asked for', [frame(pong), frame(pong, 'unasked')], alive],
  ['2.10 ten pings', Array.from({ length: 10 }, (_, at) => frame(ping, String(at))), [...Array.from({ length: 10 }, (_, at) => `pong ${at}`), ...alive]],
  ...[1, 2, 3, 4, 5, 6, 7].map((reserved): [string, Buffer[], string[]] => [`3 reserved bits ${reserved}`, [frame(text, '{}', { reserved })], ['close 1002']]),
  ['3.5 a reserved bit octet by octet', octets(frame(ping, 'x', { reserved: 1 })), ['close 1002']],
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, Buffer[], string[]] => [`4 the reserved opcode ${opcode}`, [frame(opcode, 'x')], ['close 1002']]),
  ['5.1 a ping in pieces', [frame(ping, 'a', more), frame(continuation, 'b')], ['close 1002']],
  ['5.2 a pong in pieces', [frame(pong, 'a', more), frame(continuation, 'b')], ['close 1002']],
  ['5 a close in pieces', [frame(close, '', more)], ['close 1002']],
  ['5.3 text in two pieces', pieces(text, message(40), 20), alive],
  ['5.5 text in two pieces octet by octet', pieces(text, message(40), 20).flatMap(octets), alive],
  ['5.6 a ping between pieces', interleaved(frame(ping, 'between')), ['pong between', ...alive]],
  ['5.9 a continuation of nothing', [frame(continuation, 'x'), frame(text, '{}')], ['close 1002']],
  ['5.12 a continuation of nothing, with more to come', [frame(continuation, 'x', more)], ['close 1002']],
  ['5.18 a new message among pieces', [frame(text, 'a', more), frame(text, 'b')], ['close 1002']],
  ['5.19 five pieces and two pings', [...interleaved(frame(ping, '1')).slice(0, 2), frame(continuation, ' ', more), frame(ping, '2'), frame(continuation, ' ')], ['pong 1', 'pong 2', ...alive]],
  ['6.1 empty text in three pieces', [frame(text, '', more), frame(continuation, '', more), frame(continuation)], alive],
  ['6.2 valid UTF-8, cut within a character', pieces(text, Buffer.concat([Buffer.from('{"type":"'), greek, Buffer.from('"}')]), 1), alive],
  ['6.3 invalid UTF-8', [frame(text, Buffer.concat([greek, bytes(0xed, 0xa0, 0x80), Buffer.from('edited')]))], ['close 1007']],
  ['6.4.1 invalid UTF-8 in the middle of three pieces', [frame(text, greek, more), frame(continuation, bytes(0xf4, 0x90, 0x80, 0x80), more), frame(continuation, 'edited')], ['close 1007']],
  ['6.6 a prefix of a character', [frame(text, greek.subarray(0, 1))], ['close 1007']],
  ...[
    [0xf8, 0x88, 0x80, 0x80, 0x80], [0xfc, 0x84, 0x80, 0x80, 0x80, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x80], [0xbf], [0xfe], [0xff], [0xc0], [0xe0, 0x80], [0xf0, 0x80, 0x80], [0xc0, 0xaf],
    [0xe0, 0x80, 0xaf], [0xf0, 0x80, 0x80, 0xaf], [0xc1, 0xbf], [0xe0, 0x9f, 0xbf], [0xf0, 0x8f, 0xbf, 0xbf], [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80],
  ].map((values): [string, Buffer[], string[]] => [`6.8–6.21 the octets ${Buffer.from(values).toString('hex')}`, [frame(text, bytes(...values))], ['close 1007']]),
  ...[[0xef, 0xbf, 0xbf], [0xf4, 0x8f, 0xbf, 0xbf], [0xef, 0xbf, 0xbd], [0xed, 0x9f, 0xbf], [0xee, 0x80, 0x80]].map(
    (values): [string, Buffer[], string[]] => [`6.9–6.23 the valid octets ${Buffer.from(values).toString('hex')}`, [frame(text, bytes(...values))], alive],
  ),
  ['7.1.1 a message, then a close', [frame(text, message(20)), closing(1000)], ['close 1000']],
  ['7.1.2 two closes', [closing(1000), closing(1000)], ['close 1000']],
  ['7.1.3 a close, then a ping', [closing(1000), frame(ping)], ['close 1000']],
  ['7.1.5 a close among pieces', [frame(text, 'a', more), closing(1000)], ['close 1000']],
  ['7.3.1 a close without payload', [frame(close)], ['close']],
  ['7.3.2 a close of one byte', [frame(close, 'a')], ['close 1002']],
  ['7.3.4 a close with a reason', [closing(1000, 'Hello World!')], ['close 1000']],
  ['7.3.5 a close with the longest reason', [closing(1000, '*'.repeat(123))], ['close 1000']],
  ['7.3.6 a close with a reason too long', [closing(1000, '*'.repeat(124))], ['close 1002']],
  ['7.5.1 a close reason that is not UTF-8', [closing(1000, bytes(0xed, 0xa0, 0x80))], ['close 1007']],
  ...[0, 1, 999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 1016, 1100, 2000, 2999, 3000, 3999, 4000, 4999, 5000, 65_535].map(
    (code): [string, Buffer[], string[]] => [`7.7, 7.9, 7.13 the close code ${code}`, [closing(code)], [`close ${isValidCode(code) ? code : 1002}`]],
  ),
  ['9.1 64 KB, which is the most', [frame(text, message(maxFrameBytes))], alive],
  ['9.1 64 KB + 1', [frame(text, message(maxFrameBytes + 1))], ['close 1009']],
  ['9.2 64 KB + 1 of bytes', [frame(binary, Buffer.alloc(maxFrameBytes + 1))], ['close 1009']],
  ['9.3 64 KB + 1 in pieces', pieces(text, message(maxFrameBytes + 1), 4_096), ['close 1009']],
  ['9.3 too many pieces', pieces(text, message(70), 1), ['close 1008']],
  ['9.5 64 KB in chops of 64 octets', chops(frame(text, message(maxFrameBytes)), 64), alive],
  ['9.7 a thousand small messages', Array.from({ length: 1_000 }, () => frame(text, message(64))), alive],
  ['10.1 64 KB, put into pieces of 1,300 octets', pieces(text, message(65_536), 1_300), alive],
  ['12 compressed, though it was declined', [frame(text, bytes(0xaa, 0x56, 0x2a, 0x01, 0x00), { reserved: 4 })], ['close 1002']],
  ['an unmasked frame', [frame(text, '{}', { isMasked: false })], ['close 1002']],
  ['a length that no number holds', [bytes(0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)], ['close 1009']],
]

function chops(whole: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, at) => whole.subarray(at * size, (at + 1) * size))
}

function interleaved(between: Buffer): Buffer[] {
  const [first, last] = pieces(text, message(40), 20)
  return [first!, between, last!]
}

describe.each(paths)("Autobahn's cases at %s", (path) => {
  let world: RelayWorld
  let relay: RunningRelay

  beforeAll(async () => {
    world = await createRelayWorld()
    relay = await world.startRelay()
  })
  afterAll(() => world.stop())

  async function upgraded(headers: Record<string, string> = {}) {
    const socket = connect({ port: relay.port, host: '127.0.0.1', noDelay: true })
    socket.on('error', () => {})
    socket.write(upgradeRequest(path, { 'X-Twilio-Signature': signHandshake(`wss://relay.ironvoice.test${path}`), ...headers }))
    const [head] = (await once(socket, 'data')) as [Buffer]
    return { socket, head: head.toString() }
  }

  it.each(cases)('%s', async (_, sent, expected) => {
    const { socket } = await upgraded()
    let told = Buffer.alloc(0)
    const { promise: over, resolve } = Promise.withResolvers<void>()
    socket.on('close', () => resolve()).on('data', (data) => {
      told = Buffer.concat([told, data])
      if (readFrames(told).includes(`pong ${lastWord}`)) resolve()
    })
    for (const piece of sent) if (socket.writable) socket.write(piece)
    if (expected === alive || expected.at(-1) === alive[0]) socket.write(frame(ping, lastWord))
    else socket.end()
    await over
    socket.destroy()
    expect(readFrames(told)).toEqual(expected)
    expect(relay.logs.filter((line) => line.includes('"level":50'))).toEqual([])
  })

  it.each(['permessage-deflate', 'permessage-deflate; client_max_window_bits; server_no_context_takeover', 'x-webkit-deflate-frame, permessage-deflate; client_max_window_bits=99', 'nonsense;;;='])(
    '12, 13: the offer of %s is declined, and the socket lives',
    async (offer) => {
      const { socket, head } = await upgraded({ 'Sec-WebSocket-Extensions': offer })
      expect(head).toMatch(/^HTTP\/1\.1 101 /)
      expect(head.toLowerCase()).not.toContain('sec-websocket-extensions')
      socket.write(frame(ping, lastWord))
      expect(readFrames((await once(socket, 'data'))[0] as Buffer)).toEqual(alive)
      socket.destroy()
    },
  )
})
