import { silence } from '../test/kit/wrap-up-vendors.ts'
import { checkedWave } from './checked-wave.ts'

async function* inPieces(bytes: Uint8Array, size: number) {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces)
}

const wave = silence(1)
const withClaim = (claim: number) => {
  const bytes = Buffer.from(wave)
  bytes.writeUInt32LE(claim, 4)
  return bytes
}

describe('a checked WAV file', () => {
  it.each([1, 7, 1_000_000])('is passed on unchanged, %d bytes at a time', async (size) => {
    expect(await collect(checkedWave(inPieces(wave, size), wave.length))).toEqual(wave)
  })

  it.each([
    ['whose sender does not say how long it is', wave, null],
    ['whose header was written before its length was known', withClaim(0xffffffff), wave.length],
    ['whose header says nothing', withClaim(0), null],
  ])('passes %s', async (_, bytes, contentLength) => {
    expect(await collect(checkedWave(inPieces(bytes, 4_096), contentLength))).toEqual(bytes)
  })

  it.each([
    ['is empty', Buffer.alloc(0), null],
    ['is shorter than a header', wave.subarray(0, 9), null],
    ['is something else', Buffer.from('<html><body>502 Bad Gateway</body></html>'), null],
    ['is shorter than its header says', wave.subarray(0, 5_000), 5_000],
    ['is shorter than its sender says', wave, wave.length + 1],
    ['is longer than its sender says', wave, wave.length - 1],
  ])('is refused when it %s', async (_, bytes, contentLength) => {
    await expect(collect(checkedWave(inPieces(bytes, 4_096), contentLength))).rejects.toMatchObject({
      code: 'recording-corrupt',
    })
  })
})
