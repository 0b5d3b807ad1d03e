import { callBounds } from '../domain/call-bounds.ts'
import { Failure } from '../domain/failure.ts'

const headerBytes = 12

/**
 * Passes a WAV file on as it comes, and fails at its end (`recording-corrupt`) unless it was one, whole: `RIFF`…`WAVE` at
 * its beginning, as long as its sender says (`contentLength`, where that is known), and as its own header says.
 */
export async function* checkedWave(
  body: AsyncIterable<Uint8Array>,
  contentLength: number | null,
): AsyncGenerator<Uint8Array> {
  let header = Buffer.alloc(0)
  let bytes = 0
  for await (const chunk of body) {
    if (header.length < headerBytes) header = Buffer.concat([header, chunk.subarray(0, headerBytes - header.length)])
    bytes += chunk.length
    yield chunk
  }
  const isWave = header.toString('latin1', 0, 4) === 'RIFF' && header.toString('latin1', 8) === 'WAVE'
  if (!isWave) throw new Failure('recording-corrupt', 'What Twilio sent as a recording is no WAV file')
  // Encoders that don't know the length when they begin write one that no recording has.
  const claimed = header.readUInt32LE(4) + 8
  const isCutShort = claimed <= callBounds.maxRecordingBytes && bytes < claimed
  if (isCutShort || (contentLength !== null && bytes !== contentLength)) {
    throw new Failure('recording-corrupt', `Twilio sent ${bytes} bytes of a recording of ${contentLength ?? claimed}`)
  }
}
