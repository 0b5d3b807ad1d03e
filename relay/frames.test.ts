import fc from 'fast-check'
import { propertyRuns, propertyTimeoutMs } from '../test/kit/property-runs.ts'
import { checkedCall } from '../receptionist/tools.ts'
import { readFrame } from './frames.ts'

const valid = [
  { type: 'setup', sessionId: 'VX1', callSid: `CA${'0'.repeat(32)}`, customParameters: { token: 't' } },
  { type: 'prompt', voicePrompt: 'Hi', lang: 'en-US', last: true },
  { type: 'dtmf', digit: '1' },
  { type: 'interrupt', utteranceUntilInterrupt: 'Hi', durationUntilInterruptMs: '460' },
  { type: 'info', name: 'agentSpeaking', value: 'on', ts: 1 },
  { type: 'error', description: 'no' },
  { callerName: 'Ann', callbackNumber: '', text: 'Hello', urgency: 'normal' },
  { reason: 'x' },
  { language: 'en-US' },
  { question: 'why' },
]
const anything = fc.jsonValue({ maxDepth: 3 })
/** A valid example with some of its fields replaced, taken away or added to. */
const mutated = fc
  .tuple(fc.constantFrom(...valid), fc.dictionary(fc.oneof(fc.constantFrom(...valid.flatMap((example) => Object.keys(example))), fc.string()), anything))
  .map(([example, changes]) => JSON.stringify({ ...example, ...changes }))
const data = fc.oneof(mutated, anything.map((value) => JSON.stringify(value)), fc.string())

describe('whatever is sent', () => {
  it('as a frame is read, malformed or unknown: nothing is thrown, and what is read holds to its form', () => {
    fc.assert(
      fc.property(data, (text) => {
        const read = readFrame(text)
        expect(Object.keys(read)).toHaveLength(1)
        if ('frame' in read) expect(readFrame(JSON.stringify(read.frame))).toEqual(read)
      }),
      propertyRuns(2_000),
    )
  }, propertyTimeoutMs)

  it("as a tool's arguments is a request of exactly that tool, or a code", () => {
    const names = fc.oneof(fc.constantFrom('take_message', 'transfer_to_human', 'end_call', 'change_language', 'report_knowledge_gap', '__proto__'), fc.string())
    fc.assert(
      fc.property(names, data, (name, text) => {
        const checked = checkedCall({ id: '1', name, arguments: text })
        if (typeof checked === 'string') expect(checked).toMatch(/^(tool-unknown|arguments-(too-large|malformed|invalid))$/)
        else expect(checked.name).toBe(name)
      }),
      propertyRuns(2_000),
    )
  }, propertyTimeoutMs)
})
