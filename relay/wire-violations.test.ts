import { once } from 'node:events'
import { connect } from 'node:net'
import { callBounds } from '../domain/call-bounds.ts'
import { createRelayWorld, signHandshake, type RelayWorld, type RunningRelay } from '../test/kit/running-relay.ts'

const head = (first: number, length: number, isMasked = true) => Buffer.from([first, (isMasked ? 0x80 : 0) | length])
const noMask = Buffer.alloc(4)
const frame = (first: number, body: Buffer | string = '') => Buffer.concat([head(first, Buffer.byteLength(body)), noMask, Buffer.from(body)])
const closeWith = (code: number, reason: Buffer | string = '') => frame(0x88, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]))
const announced = (bytes: number) => {
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(BigInt(bytes))
  return Buffer.concat([head(0x81, 127), length, noMask])
}

/** As the Autobahn test suite has them (sections 2 to 7), and RFC 6455's close codes for them. */
const violations: [string, Buffer, number][] = [
  ...[0xc1, 0xa1, 0x91, 0xf1].map((first): [string, Buffer, number] => [`reserved bits ${first.toString(16)}`, frame(first, '{}'), 1002]),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, Buffer, number] => [`the reserved opcode ${opcode}`, frame(0x80 | opcode), 1002]),
  ['an unmasked frame', Buffer.concat([head(0x81, 2, false), Buffer.from('{}')]), 1002],
  ['a fragmented ping', frame(0x09, 'a'), 1002],
  ['a fragmented close', frame(0x08), 1002],
  ['a ping of 126 bytes', Buffer.concat([head(0x89, 126), Buffer.from([0, 126]), noMask, Buffer.alloc(126)]), 1002],
  ['a continuation of nothing', frame(0x80, 'a'), 1002],
  ['a new message inside a fragmented one', Buffer.concat([frame(0x01, 'a'), frame(0x81, 'b')]), 1002],
  ['text that is not UTF-8', frame(0x81, Buffer.from([0xc3, 0x28])), 1007],
  ['a surrogate in UTF-8', frame(0x81, Buffer.from([0xed, 0xa0, 0x80])), 1007],
  ['an overlong form in UTF-8', frame(0x81, Buffer.from([0xc0, 0xaf])), 1007],
  ['UTF-8 broken across fragments', Buffer.concat([frame(0x01, Buffer.from([0xce])), frame(0x80, Buffer.from([0x28]))]), 1007],
  ['a close of one byte', frame(0x88, 'a'), 1002],
  ...[0, 999, 1004, 1005, 1006, 1016, 1100, 2999].map((code): [string, Buffer, number] => [`the close code ${code}`, closeWith(code), 1002]),
  ['a close reason that is not UTF-8', closeWith(1000, Buffer.from([0xc3, 0x28])), 1007],
  ['a frame one byte too large', announced(callBounds.maxFrameBytes + 1), 1009],
  ['a frame of a length that no number holds', announced(Number.MAX_SAFE_INTEGER + 1), 1009],
  ['too many fragments', Buffer.concat([frame(0x01), ...Array.from({ length: 70 }, () => frame(0x00, 'a'))]), 1008],
]

describe("what breaks WebSocket's rules", () => {
  let world: RelayWorld
  let relay: RunningRelay

  beforeAll(async () => {
    world = await createRelayWorld()
    relay = await world.startRelay()
  })
  afterAll(() => world.stop())

  it.each(violations)('%s is closed with the code for it, and nothing else suffers', async (_, bytes, code) => {
    const socket = connect(relay.port, '127.0.0.1')
    const upgrade = ['GET /voice HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
    socket.write([...upgrade, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', `X-Twilio-Signature: ${signHandshake()}`, '\r\n'].join('\r\n'))
    await once(socket, 'data')
    socket.write(bytes)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect([answer[0], answer.readUInt16BE(2)]).toEqual([0x88, code])
    socket.destroy()
    expect(relay.logs.filter((line) => line.includes('"level":50'))).toEqual([])
  })
})
