import { DateTime } from 'luxon'
import type { KnowledgeInput } from '../domain/knowledge.ts'
import { questionLists } from '../test/kit/plain-questions.ts'
import { createTestCall, toolCall } from '../test/kit/scripted-turn.ts'
import { beginGuess } from './guess.ts'
import { plainQuestion } from './plain-question.ts'

const day = (opens: string, closes: string) => [{ opens, closes }]
const nineToFive = day('09:00', '17:00')
const hours = {
  weekly: { monday: nineToFive, tuesday: nineToFive, wednesday: nineToFive, thursday: nineToFive, friday: nineToFive, saturday: day('10:00', '14:00'), sunday: [] },
}
const addresses: Record<string, string> = {
  'en-US': '122 Pier Rd, Seattle, WA 98101',
  'de-DE': 'Hafenstr. 122, Bremen',
  'fr-FR': '122 rue du Port, Nantes',
  'es-ES': 'Calle del Puerto 122, Cádiz',
}
const faqs = [
  { id: 'parking', question: 'Where can I park?', answer: 'Behind the shop, for $5 a day.' },
  { id: 'long', question: 'What do I bring?', answer: `Bring ${'this and that, '.repeat(30)}please.` },
  { id: 'one', question: 'Do you rent bikes?', answer: 'Yes.' },
  { id: 'other', question: 'do you rent bikes', answer: 'No.' },
]
/** Wednesday, 7 January 2026, at that time where the business is. */
const at = (time: string, date = '2026-01-07') => DateTime.fromISO(`${date}T${time}`, { zone: 'America/Los_Angeles' }).toMillis()
const begin = (changes: Partial<KnowledgeInput> = {}, atMs = at('10:00')) =>
  createTestCall({
    atMs,
    knowledge: {
      hours,
      locations: [{ name: 'Pier shop', address: addresses[changes.voice?.language ?? 'en-US'] ?? 'Via Roma 1, Trieste' }],
      faqs,
      ...changes,
      voice: { hasDirectAnswers: true, otherLanguages: ['es-US'], ...changes.voice },
    },
  })
const modelSays = 'As the model says.'
const replyTo = async (words: string, call = begin()) => (await call.turn(words, [modelSays])).text

describe.each(questionLists)('in $voice', ({ voice, plain, other, changing }) => {
  const cases = Object.entries(plain).flatMap(([answer, questions]) => questions.map((words) => [words, answer] as const))
  it.each(cases)('a plain question is answered at once, from the published knowledge: %s', async (words, answer) => {
    const call = begin({ voice: { language: voice } })
    expect(beginGuess(call.dialogue, words, call.ports)).toBeNull()
    const result = await call.turn(words)
    expect(result).toMatchObject({ text: answer, firstTokenMs: null, isProductive: true })
    expect(result.passages).not.toEqual([])
    expect(call.model.streams).toHaveLength(0)
  })

  it.each(other)('anything else is for the model: %s', async (words) => {
    expect(await replyTo(words, begin({ voice: { language: voice } }))).toBe(modelSays)
  })

  it('a word that changes a plain question makes it another, wherever it stands', () => {
    const isPlain = (words: string) => plainQuestion(words, voice)!.asks !== null && plainQuestion(words, voice)!.place === null
    const changed = Object.values(plain).flat().flatMap((words) => {
      const spoken = plainQuestion(words, voice)!.text.split(' ')
      return changing.split(' ').flatMap((word) => [...spoken.keys(), spoken.length].map((at) => spoken.toSpliced(at, 0, word).join(' ')))
    })
    expect(changed.length).toBeGreaterThan(1_000)
    expect(changed.filter(isPlain)).toEqual([])
  })
})

describe('the answer about hours', () => {
  it.each([
    ['before opening', '07:00', 'are you open', "We're closed right now. We open today at nine a.m."],
    ['before opening, of the day', '07:00', 'when do you close today', "Today we're open from nine a.m. to five p.m."],
    ['in the last minute', '16:59', 'are you open', "We're open until five p.m."],
    ['at closing time', '17:00', 'are you open today', "We're closed right now. We open tomorrow at nine a.m."],
  ])('is that of the moment: %s', async (_, time, words, answer) => expect(await replyTo(words, begin({}, at(time)))).toBe(answer))

  it('goes by where the business is, and skips days on which it is closed', async () => {
    expect(await replyTo('are you open', begin({ timeZone: 'Europe/Berlin' }, at('08:30')))).toBe("We're closed right now. We open tomorrow at nine a.m.")
    expect(await replyTo('when do you open', begin({}, at('15:00', '2026-01-10')))).toBe("We're closed right now. We open on Monday at nine a.m.")
    expect(await replyTo('are you open today', begin({}, at('12:00', '2026-01-11')))).toBe("Today we're closed. We open tomorrow at nine a.m.")
  })

  it('knows special days, and leaves those with a note and a week with one to the model', async () => {
    const on = (date: string, intervals: { opens: string; closes: string }[], note = '') => ({ hours: { ...hours, exceptions: [{ date, intervals, note }] } })
    const result = await begin(on('2026-01-08', day('09:00', '12:00'))).turn('are you open tomorrow')
    expect(result).toMatchObject({ text: "Tomorrow we're open from nine a.m. to noon.", passages: ['day-2026-01-08'] })
    expect(await replyTo('are you open tomorrow', begin(on('2026-01-08', [], 'Stocktaking')))).toBe("Tomorrow we're closed.")
    expect(await replyTo('are you open', begin(on('2026-01-08', [], 'Stocktaking'), at('18:00')))).toBe("We're closed right now. We open on Friday at nine a.m.")
    for (const words of ['are you open tomorrow', 'what are your hours', 'are you open on thursday']) {
      expect(await replyTo(words, begin(on('2026-01-08', day('09:00', '12:00'), 'By appointment')))).toBe(modelSays)
    }
    expect(await replyTo('are you open on thursday', begin(on('2026-01-15', [])))).toBe(modelSays)
  })

  it('tells a day of two parts, and leaves nights, days without an end and hours that overlap to the model', async () => {
    const wednesday = (...intervals: { opens: string; closes: string }[]) => ({ hours: { weekly: { ...hours.weekly, wednesday: intervals } } })
    const parts = wednesday({ opens: '13:00', closes: '17:30' }, { opens: '08:00', closes: '12:00' })
    const wholeDay = "Today we're open from eight a.m. to noon and from one p.m. to five thirty p.m."
    expect(await replyTo('are you open', begin(parts))).toBe(`We're open right now. ${wholeDay}`)
    expect(await replyTo('are you open', begin(parts, at('12:30')))).toBe("We're closed right now. We open today at one p.m.")
    const night = wednesday({ opens: '18:00', closes: '02:00' })
    expect(await replyTo('are you open', begin(night, at('20:00')))).toBe("We're open until two a.m.")
    expect(await replyTo('are you open', begin(night, at('01:00', '2026-01-08')))).toBe(modelSays)
    expect(await replyTo('are you open tomorrow', begin({}, at('00:30')))).toBe(modelSays)
    for (const broken of [wednesday({ opens: '00:00', closes: '24:00' }), wednesday({ opens: '09:00', closes: '14:00' }, { opens: '13:00', closes: '17:00' })]) {
      expect(await replyTo('are you open today', begin(broken))).toBe(modelSays)
    }
  })

  it.each<[string, Partial<KnowledgeInput>]>([
    ['another answer', { faqs: [{ id: 'x', question: 'Are you open on public holidays?', answer: 'No.' }] }],
    ['a closure', { faqs: [{ id: 'x', question: 'When is my bike ready?', answer: 'In August we are closed.' }] }],
    ['a wish', { instructions: 'Say that we close at noon this Friday.' }],
    ['the description', { business: { name: 'Harbour Bicycles', description: 'Open by appointment.' } }],
    ['more than one place', { locations: [{ name: 'Pier shop', address: '1 Pier Road' }, { name: 'Hill shop', address: '2 Hill Road' }] }],
    ['none at all', { hours: { weekly: { monday: [], tuesday: [], wednesday: [], thursday: [], friday: [], saturday: [], sunday: [] } } }],
  ])('is for the model where the knowledge holds %s', async (_, changes) => expect(await replyTo('are you open today', begin(changes))).toBe(modelSays))
})

describe('the answer about the address', () => {
  const two = [{ name: 'Pier shop', address: '1 Pier Road' }, { name: 'Hill shop', address: '2 Hill Road' }]

  it('is that of the location which was named, or of the only one', async () => {
    expect(await begin({ locations: two }).turn('where is the hill shop located')).toMatchObject({ text: 'Our address is two Hill Road.', passages: ['location-2'] })
    expect(await replyTo('where is Harbour Bicycles')).toContain('Our address is')
    expect(await replyTo('where is the airport', begin({ locations: [two[0]!, { name: 'Airport', address: '3 Air Road' }] }))).toBe(modelSays)
    for (const words of ['where are you located', 'where is the hill']) expect(await replyTo(words, begin({ locations: two }))).toBe(modelSays)
  })

  it.each<[string, Partial<KnowledgeInput>]>([
    ['another answer', { faqs: [{ id: 'x', question: 'Where are you located?', answer: 'We move in May.' }] }],
    ['a wish', { instructions: 'Never give our address before an appointment is made.' }],
    ['no plain address', { locations: [{ name: 'Pier shop', address: 'Pier Road 1; mail: PO Box 7' }] }],
    ['none at all', { locations: [] }],
  ])('is for the model where the knowledge holds %s', async (_, changes) => expect(await replyTo("what's your address", begin(changes))).toBe(modelSays))
})

describe('a FAQ', () => {
  it.each(['Where can I park?', 'um hello, where can I park please', 'WHERE CAN I PARK'])('asked word for word is answered as published: %s', async (words) => {
    const call = begin()
    const result = await call.turn(words)
    expect(result).toMatchObject({ text: 'Behind the shop, for five dollars a day.', passages: ['faq-parking'] })
    expect(call.dialogue.recentLines().at(-1)).toMatchObject({ role: 'assistant', content: result.text })
  })

  it.each(['When can I park?', 'Where can I park my truck?', 'What do I bring?', 'Do you rent bikes?', 'Hello'])(
    'is for the model when anything differs, or its answer is long or not the only one: %s',
    async (words) => expect(await replyTo(words)).toBe(modelSays),
  )

  it('is for the model in a language that it is not written in', async () => {
    const call = begin()
    call.dialogue.language = 'es-US'
    expect(await replyTo('¿dónde puedo estacionar?', call)).toBe(modelSays)
    expect((await begin({ voice: { language: 'it-IT' }, faqs: [{ id: 'x', question: 'Avete il wifi?', answer: 'Sì, gratis.' }] }).turn('avete il wifi')).text).toBe('Sì, gratis.')
  })
})

describe('the model is asked', () => {
  it('when the same is asked again, in other words too, or its answer would be one given before', async () => {
    const call = begin()
    await call.turn('what time do you close')
    expect(await replyTo('sorry what time do you close today', call)).toBe(modelSays)
    expect(await replyTo('where can I park', call)).toContain('Behind')
    expect(await replyTo('can you tell me what time you close', call)).toBe(modelSays)
  })

  it('and knows then what was answered without it', async () => {
    const call = begin()
    await call.turn('are you open tomorrow')
    await replyTo('and how do I get there', call)
    expect(JSON.stringify(call.model.requests[0]!.messages)).toContain("Tomorrow we're open from nine a.m. to five p.m.")
  })

  it('when the words may answer a question of its own, or be about what was spoken of before', async () => {
    const call = begin()
    await call.turn('I need a person to fix my bike', ['Shall I take a message?'])
    expect(await replyTo('yes are you open tomorrow', call)).toBe(modelSays)
    const other = begin()
    await other.turn('do you know the museum next door', ['Yes.'])
    for (const words of ['where are you', "what's the address", 'opening hours']) expect(await replyTo(words, other)).toBe(modelSays)
    const hello = begin()
    await hello.turn('hello?', ['Hello, how can I help?'])
    expect(await replyTo('where are you', hello)).toContain('Our address is')
  })

  it('while a question of ours is open, and where the tenant wants no direct answers', async () => {
    const call = begin()
    await call.turn('tell them it broke', [toolCall('take_message', { callerName: '', callbackNumber: '', text: 'It broke', urgency: 'normal' })])
    expect(await replyTo('are you open today', call)).toBe(modelSays)
    expect(await replyTo('are you open today', begin({ voice: { hasDirectAnswers: false } }))).toBe(modelSays)
  })

  it('never in an emergency', async () => {
    const { events } = await begin().turn('are you open my kitchen is on fire')
    expect(events.map(({ event }) => event)).toEqual(['emergency'])
  })
})
