import { Writable } from 'node:stream'
import { createLogger } from '../providers/logger.ts'
import { createMetrics } from '../providers/metrics.ts'
import { createFakeClock } from '../test/kit/fake-clock.ts'
import { createCallerInput } from './caller-input.ts'
import { createPlayback } from './playback.ts'
import { createRelayMetrics } from './relay-metrics.ts'
import { createTranscript } from './transcript.ts'

it("what Twilio would not take is logged without the words that Twilio quotes of it, however it quotes them", () => {
  const logs: string[] = []
  const clock = createFakeClock()
  const destination = new Writable({ write: (line, _, done) => (logs.push(String(line)), done()) })
  const input = createCallerInput({
    history: [],
    transcript: createTranscript({ ref: { accountId: 'a', conversationId: 'c' }, write() {}, clock, writer: 'w', firstSeq: 0 }),
    playback: createPlayback(clock),
    clock,
    metrics: createRelayMetrics(createMetrics('relay')),
    logger: createLogger({ process: 'relay', level: 'trace', destination }),
    onWords() {},
    onPartialWords() {},
    onInterrupt() {},
  })
  const descriptions = ['Invalid message received: {"token":"Ada Lee"}', 'Ada Lee, 98101, is no token', 'Invalid message received "Ada Lee"', null]
  for (const description of descriptions) input.receive({ type: 'error', description })
  expect(logs.map((line) => JSON.parse(line).isInvalid)).toEqual([true, false, true, false])
  expect(logs.join('')).not.toMatch(/Ada|98101/)
})
