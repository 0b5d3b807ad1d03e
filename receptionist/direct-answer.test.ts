import { createTestCall, toolCall } from '../test/kit/scripted-turn.ts'
import { beginGuess } from './guess.ts'

const faqs = [
  { id: 'parking', question: 'Where can I park?', answer: 'Behind the house, for $5 a day.' },
  { id: 'long', question: 'What do I bring?', answer: `Bring ${'this and that, '.repeat(30)}please.` },
  { id: 'one', question: 'Do you rent bikes?', answer: 'Yes.' },
  { id: 'other', question: 'do you rent bikes', answer: 'No.' },
]
const begin = (changes = {}) => createTestCall({ knowledge: { faqs, voice: { hasDirectAnswers: true, otherLanguages: ['es-US'], ...changes } } })

describe('a question that is published word for word', () => {
  it.each(['Where can I park?', 'um hello, where can I park please', 'WHERE CAN I PARK'])('is answered as published, without a model, as it is said: %s', async (words) => {
    const call = begin()
    expect(beginGuess(call.dialogue, words, call.ports)).toBeNull()
    const result = await call.turn(words)
    expect(result).toMatchObject({ text: 'Behind the house, for five dollars a day.', passages: ['faq-parking'], firstTokenMs: null, isProductive: true })
    expect(call.dialogue.recentLines().at(-1)).toMatchObject({ role: 'assistant', content: result.text })
    expect(call.model.streams).toHaveLength(0)
  })

  it.each([
    'When can I park?',
    'Where can I not park?',
    'Where can I park my truck?',
    'Where can I park and what does it cost?',
    'What do I bring?',
    'Do you rent bikes?',
    'Hello',
  ])('is another when anything in it differs, or its answer is long or not the only one: %s', async (words) => {
    const call = begin()
    expect((await call.turn(words, ['As the model says.'])).text).toBe('As the model says.')
  })

  it('goes to the model when it is asked again, in another language, while a question of ours is open, or unless the tenant wants it', async () => {
    const again = begin()
    await again.turn('Where can I park?')
    expect((await again.turn('Where can I park?', ['Behind it.'])).text).toBe('Behind it.')
    const foreign = begin()
    foreign.dialogue.language = 'es-US'
    expect((await foreign.turn('Where can I park?', ['Detrás.'])).text).toBe('Detrás.')
    const open = begin()
    await open.turn('tell them it broke', [toolCall('take_message', { callerName: '', callbackNumber: '', text: 'It broke', urgency: 'normal' })])
    expect((await open.turn('Where can I park?', ['Behind it.'])).text).toBe('Behind it.')
    expect((await begin({ hasDirectAnswers: false }).turn('Where can I park?', ['Behind it.'])).text).toBe('Behind it.')
  })
})
