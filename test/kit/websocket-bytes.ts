/** Opcodes of RFC 6455, 5.2. */
export const opcodes = { continuation: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const

const noMask = Buffer.alloc(4)

export interface FrameOptions {
  /** False for a piece that more pieces follow. */
  isLast?: boolean
  /** The three reserved bits, 0 to 7. */
  reserved?: number
  isMasked?: boolean
}

/** A frame as a client sends it, masked with zeros unless told otherwise; nothing here keeps it from breaking the rules. */
export function frame(opcode: number, body: Buffer | string = '', { isLast = true, reserved = 0, isMasked = true }: FrameOptions = {}): Buffer {
  const payload = Buffer.from(body)
  const first = (isLast ? 0x80 : 0) | (reserved << 4) | opcode
  const mask = isMasked ? 0x80 : 0
  const length = Buffer.alloc(payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10)
  length[0] = first
  length[1] = mask | (payload.length < 126 ? payload.length : payload.length < 65_536 ? 126 : 127)
  if (length.length === 4) length.writeUInt16BE(payload.length, 2)
  if (length.length === 10) length.writeBigUInt64BE(BigInt(payload.length), 2)
  return Buffer.concat([length, ...(isMasked ? [noMask] : []), payload])
}

/** A message in pieces of `size` bytes. */
export function pieces(opcode: number, body: Buffer | string, size: number): Buffer[] {
  const payload = Buffer.from(body)
  const count = Math.ceil(payload.length / size)
  return Array.from({ length: count }, (_, at) =>
    frame(at === 0 ? opcode : opcodes.continuation, payload.subarray(at * size, (at + 1) * size), { isLast: at === count - 1 }),
  )
}

export const closing = (code: number, reason: Buffer | string = ''): Buffer =>
  frame(opcodes.close, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]))

/** What a server sent, frame by frame (it masks nothing and its frames are short): pongs with their payload, closes with their code. */
export function readFrames(bytes: Buffer): string[] {
  const told: string[] = []
  for (let at = 0; at + 2 <= bytes.length; ) {
    const opcode = bytes[at]! & 15
    const isLong = bytes[at + 1] === 126
    const length = isLong ? bytes.readUInt16BE(at + 2) : bytes[at + 1]!
    const body = bytes.subarray(at + (isLong ? 4 : 2), at + (isLong ? 4 : 2) + length)
    if (opcode === opcodes.pong) told.push(`pong ${body}`)
    else if (opcode === opcodes.close) told.push(`close ${length ? body.readUInt16BE(0) : ''}`.trim())
    else told.push(`opcode ${opcode}`)
    at += (isLong ? 4 : 2) + length
  }
  return told
}
