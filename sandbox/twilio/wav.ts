const sampleRate = 8_000
const headerBytes = 44

/** Bytes of the WAV of so many seconds: 8 kHz, mono, 16 bit. */
export const wavBytes = (seconds: number): number => headerBytes + seconds * sampleRate * 2

/**
 * A playable recording: every other second a soft tone whose pitch comes from `seed`, silence between. The same seed gives the same bytes.
 */
export function* makeWav(seconds: number, seed: string): Generator<Uint8Array> {
  const header = Buffer.alloc(headerBytes)
  header.write('RIFF', 0)
  header.writeUInt32LE(wavBytes(seconds) - 8, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(sampleRate, 24)
  header.writeUInt32LE(sampleRate * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(seconds * sampleRate * 2, 40)
  yield header
  const hertz = 220 + [...seed].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 220
  const tone = Buffer.alloc(sampleRate * 2)
  for (let sample = 0; sample < sampleRate; sample += 1) {
    tone.writeInt16LE(Math.round(6_000 * Math.sin((2 * Math.PI * hertz * sample) / sampleRate)), sample * 2)
  }
  const silence = Buffer.alloc(sampleRate * 2)
  for (let second = 0; second < seconds; second += 1) yield second % 2 === 0 ? tone : silence
}

const silentFrame = Buffer.concat([Buffer.from([0xff, 0xe3, 0x18, 0xc4]), Buffer.alloc(68)])
const frameMs = 72

export const mp3Bytes = (seconds: number): number => Math.ceil((seconds * 1_000) / frameMs) * silentFrame.length

/** Silence as MPEG-2.5 layer III: 8 kHz, mono, 8 kbit/s, 72 bytes for 72 ms. */
export function* makeSilentMp3(seconds: number): Generator<Uint8Array> {
  for (let frame = 0; frame < Math.ceil((seconds * 1_000) / frameMs); frame += 1) yield silentFrame
}
