import { Writable } from 'node:stream'
import fc from 'fast-check'
import type { Message } from '../domain/conversation.ts'
import { createLogger } from '../providers/logger.ts'
import { createMetrics } from '../providers/metrics.ts'
import { createFakeClock } from '../test/kit/fake-clock.ts'
import { propertyRuns, propertyTimeoutMs } from '../test/kit/property-runs.ts'
import { createCallerInput } from './caller-input.ts'
import type { TwilioFrame } from './frames.ts'
import { createPlayback } from './playback.ts'
import { relayBounds } from './relay-bounds.ts'
import { createRelayMetrics } from './relay-metrics.ts'
import { createTranscript } from './transcript.ts'

const logger = createLogger({ process: 'relay', level: 'fatal', destination: new Writable() })
const metrics = createRelayMetrics(createMetrics('relay'))

/** What processes make of one caller's events: the words that are answered, in order. */
function createCaller() {
  const clock = createFakeClock()
  const lines: Message[] = []
  const heard: string[] = []
  function createProcess(writer: string) {
    const history = [...lines]
    const transcript = createTranscript({ ref: { accountId: 'a', conversationId: 'c' }, write: (_, written) => lines.push(...written), clock, writer, firstSeq: 0 })
    const events = { onWords: (words: string) => void heard.push(words), onPartialWords() {}, onInterrupt() {} }
    return createCallerInput({ history, transcript, playback: createPlayback(clock), clock, metrics, logger, ...events })
  }
  let process = createProcess('one')
  return {
    clock,
    heard,
    receive: (frames: TwilioFrame[]) => frames.forEach(process.receive),
    reconnect(isMoved: boolean) {
      if (isMoved) process = createProcess('two')
      process.reconnected()
    },
  }
}

const words = (voicePrompt: string): TwilioFrame => ({ type: 'prompt', voicePrompt, last: true })
const said = fc.constantFrom('yes', 'no', 'hello')
const pauseMs = fc.integer({ min: relayBounds.duplicatePromptMs, max: 20_000 })
/** What the caller does, and how long after what was before. */
const deed = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('prompt' as const), value: said, pauseMs }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('interrupt' as const), value: fc.constantFrom('We', 'We are'), pauseMs }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('dtmf' as const), value: fc.constantFrom('1', '2', '#'), pauseMs: fc.integer({ min: 1, max: 20_000 }) }) },
)
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never

/** Twilio's frames for it; where speaker events are on, each is announced by one with the time that Twilio's clock has. */
function framesOf({ type, value }: Deed, nowMs: number, hasSpeakerEvents: boolean): TwilioFrame[] {
  const info: TwilioFrame[] = hasSpeakerEvents ? [{ type: 'info', name: 'clientSpeaking', value: 'on', ts: nowMs }] : []
  if (type === 'prompt') return [...info, words(value)]
  return type === 'dtmf' ? [{ type, digit: value }] : [...info, { type, utteranceUntilInterrupt: value }]
}

/**
 * Before: deeds that were received, of which the last `replayed` frames are sent again after the drop, with what was done
 * during it (only where Twilio's clock tells of it: else nothing does) in one go. After: deeds that come `hesitationMs` later.
 */
function play(plan: { before: Deed[]; replayed: number; during: Deed[]; after: Deed[]; hasSpeakerEvents: boolean; isMoved: boolean; hesitationMs: number }) {
  const { before, replayed, during, after, hasSpeakerEvents, isMoved, hesitationMs } = plan
  const caller = createCaller()
  const sent: TwilioFrame[] = []
  for (const deed of before) {
    caller.clock.advance(deed.pauseMs)
    const frames = framesOf(deed, caller.clock.nowMs(), hasSpeakerEvents)
    sent.push(...frames)
    caller.receive(frames)
  }
  const meanwhile = during.flatMap((deed) => {
    caller.clock.advance(deed.pauseMs)
    return framesOf(deed, caller.clock.nowMs(), hasSpeakerEvents)
  })
  caller.reconnect(isMoved)
  caller.receive([...sent.slice(Math.max(0, sent.length - replayed)), ...meanwhile])
  caller.clock.advance(hesitationMs)
  for (const deed of after) {
    caller.clock.advance(1)
    caller.receive(framesOf(deed, caller.clock.nowMs(), hasSpeakerEvents))
    caller.clock.advance(deed.pauseMs)
  }
  const done = [...before, ...during, ...after].filter(({ type }) => type === 'prompt').map(({ value }) => value)
  return { heard: caller.heard.filter((text) => !text.startsWith('(keypad)')), done }
}

const before = fc.array(deed, { maxLength: 8 })
const prompts = fc.array(fc.record({ type: fc.constant('prompt' as const), value: said, pauseMs }), { maxLength: 4 })
const replayed = fc.nat(12)

describe('after a drop, with any end of what was received sent again, each thing that the caller says is heard once', () => {
  it(
    'where speaker events tell the time: also what was said during the drop, and however soon after it',
    () => {
      fc.assert(
        fc.property(before, replayed, prompts, prompts, (before, replayed, during, after) => {
          // The same words twice within a second are one utterance that was reported twice.
          const hesitationMs = relayBounds.duplicatePromptMs
          const { heard, done } = play({ before, replayed, during: spaced(before, during), after, hasSpeakerEvents: true, isMoved: false, hesitationMs })
          expect(heard).toEqual(done)
        }),
        propertyRuns(1_000),
      )
    },
    propertyTimeoutMs,
  )

  it(
    'where they do not, in the same process or another one: what is said after a pause',
    () => {
      fc.assert(
        fc.property(before, replayed, prompts, fc.boolean(), fc.boolean(), (before, replayed, after, hasSpeakerEvents, isMoved) => {
          const hesitationMs = relayBounds.replayPauseMs
          const { heard, done } = play({ before, replayed, during: [], after, hasSpeakerEvents, isMoved, hesitationMs })
          expect(heard).toEqual(done)
        }),
        propertyRuns(1_000),
      )
    },
    propertyTimeoutMs,
  )

  it('a "yes" that is the first thing said after the drop, though "yes" was the last before it', () => {
    const caller = createCaller()
    caller.receive([{ type: 'info', name: 'clientSpeaking', value: 'on', ts: 1 }, words('yes')])
    caller.clock.advance(relayBounds.duplicatePromptMs)
    caller.reconnect(false)
    caller.receive([{ type: 'info', name: 'clientSpeaking', value: 'on', ts: 2 }, words('yes')])
    expect(caller.heard).toEqual(['yes', 'yes'])
  })
})

/** What is done in one go reaches us at one moment: the same words next to each other would be one utterance. */
const spaced = (before: Deed[], deeds: Deed[]): Deed[] => {
  const last = before.findLast(({ type }) => type === 'prompt')?.value
  return deeds.filter(({ value }, at) => value !== (at === 0 ? last : deeds[at - 1]!.value))
}
