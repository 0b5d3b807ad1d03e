import { createTestCall, toolCall } from '../test/kit/scripted-turn.ts'
import { beginGuess, sameWords } from './guess.ts'
import { english } from './phrases-english.ts'
import { takeTurn } from './turn.ts'

describe('words that are compared', () => {
  it.each([
    ['do you open at 9 am', 'Do you open at 9 AM?'],
    ['its twenty five dollars', "It's $25."],
    ['my number is 555 010 4477', 'My number is 555-010-4477.'],
    ['  are   you open', 'Are you open?'],
  ])('are the same however they are written: %s', (partial, final) => {
    expect(sameWords(partial, final, 'en-US')).toBe(true)
  })

  it.each([
    ['do you', 'do you sell'],
    ['I do want it', 'I do not want it'],
    ['call me at 555 010 4477', 'call me at 555 010 4478'],
    ['fifteen', 'fifty'],
    ['', 'yes'],
  ])('are others where a word differs: %s', (partial, final) => {
    expect(sameWords(partial, final, 'en-US')).toBe(false)
  })
})

describe('an answer asked for beforehand', () => {
  const answered = async (call: ReturnType<typeof createTestCall>, words: string, guess: ReturnType<typeof beginGuess>) =>
    takeTurn(call.dialogue, words, { ...call.ports, model: guess!.model }, new AbortController().signal)

  it('leaves no trace in the dialogue, and becomes a turn like any other', async () => {
    const call = createTestCall()
    const lines = call.dialogue.recentLines()
    call.model.plan('Yes, ', 'we do.')
    const guess = beginGuess(call.dialogue, 'do you sell helmets', call.ports)
    await call.clock.advance(3_000)
    expect([call.dialogue.turns(), call.dialogue.heardBefore()]).toEqual([0, []])
    expect(call.dialogue.recentLines()).toEqual(lines)
    expect([call.said, call.fillers, call.clock.pending]).toEqual([[], [], 0])
    expect(guess).toMatchObject({ tokens: 2, isHit: false })
    const result = await answered(call, 'Do you sell helmets?', guess)
    expect(result).toMatchObject({ text: 'Yes, we do.', firstTokenMs: 0, passages: ['faq-helmets'] })
    expect(guess!.isHit).toBe(true)
    expect(call.model.streams).toHaveLength(1)
  })

  it('is thrown away when anything but the way of writing differs, the conversation before it included', async () => {
    const call = createTestCall()
    const guess = beginGuess(call.dialogue, 'do you sell helmets', call.ports)
    call.dialogue.recordReply('Are you still there?')
    call.model.plan('Yes.')
    const result = await answered(call, 'do you sell helmets', guess)
    expect(result.text).toBe('Yes.')
    expect(guess!.isHit).toBe(false)
    expect(call.model.streams.map(({ isCancelled }) => isCancelled)[0]).toBe(true)
  })

  it('is carried on by a turn whose tools need the model again', async () => {
    const call = createTestCall()
    call.model.plan(toolCall('transfer_to_human', { reason: 'asked' }))
    const guess = beginGuess(call.dialogue, 'get me Bob', call.ports)
    call.model.plan('Nobody is free.')
    expect((await answered(call, 'Get me Bob.', guess)).text).toBe('Nobody is free.')
    expect(guess!.isHit).toBe(true)
  })

  it('is never asked for what takes a path without a model', async () => {
    const call = createTestCall()
    await call.turn('tell them my bike is broken', [
      toolCall('take_message', { callerName: '', callbackNumber: '', text: 'My bike is broken', urgency: 'normal' }),
    ])
    for (const words of ['yes', 'my house is on fire', 'stop recording']) expect(beginGuess(call.dialogue, words, call.ports)).toBeNull()
    expect(call.dialogue.reprompt()).toBe(english.isThatRight)
  })
})
