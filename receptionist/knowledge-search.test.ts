import fc from 'fast-check'
import { testTenant } from '../test/kit/scripted-turn.ts'
import { passagesOf } from './knowledge-passages.ts'
import { certainPassage, createKnowledgeIndex, minScore, searchKnowledge } from './knowledge-search.ts'

const { knowledge } = testTenant({
  business: { name: 'Harbour Bicycles', description: 'Sales and repair of bicycles.', email: 'hi@harbour-bicycles.example' },
  locations: [{ name: 'Pier shop', address: '1 Pier Road', directions: 'Next to the aquarium.' }],
  services: [
    { name: 'Tune-up', description: 'Brakes, gears and wheels adjusted.', priceCents: 8_900, durationMinutes: 90 },
    { name: 'Flat tire repair', description: 'A new tube, while you wait.', priceCents: 2_500 },
  ],
  faqs: [
    { id: 'helmets', question: 'Do you sell helmets?', answer: 'Yes, for children and adults.' },
    { id: 'rental', question: 'Can I rent a bicycle for a day?', answer: 'Yes, from forty dollars a day. Bring an ID card.' },
    { id: 'warranty', question: 'Is there a warranty on new bicycles?', answer: 'Two years on frames.' },
    { id: 'parking', question: 'Is there parking?', answer: 'Behind the shop, free for customers.' },
    { id: 'dogs', question: 'Are dogs allowed in the shop?', answer: 'Yes, on a leash.' },
    { id: 'wifi', question: 'Do you have Wi-Fi?', answer: 'There is free Wi-Fi for guests.' },
    { id: 'trade', question: 'Do you accept trade-ins?', answer: 'We accept used bicycles in good condition.' },
    { id: 'delivery', question: 'Do you deliver?', answer: 'Within ten miles, for twenty dollars.' },
  ],
})
const index = createKnowledgeIndex(passagesOf(knowledge))
const best = (query: string, before?: string[], alternatives?: string[]) => {
  const [found] = searchKnowledge(index, query, { limit: 3, before, alternatives })
  return found && found.score >= minScore ? found.passage.id : null
}
const first = (query: string) => searchKnowledge(index, query, { limit: 1 })[0]?.passage.id
const certain = (query: string, of = index) => certainPassage(searchKnowledge(of, query, { limit: 2 }))?.id ?? null

describe('a question finds its passage', () => {
  it.each([
    ['do you sell helmets', 'faq-helmets'],
    ['uh great um do you know if they have helmits', 'faq-helmets'],
    ['can I rend a bicicle', 'faq-rental'],
    ['rentals please', 'faq-rental'],
    ['what about the waranty', 'faq-warranty'],
    ['where can I park my car', 'faq-parking'],
    ['is my dog alowed', 'faq-dogs'],
    ['do you have wi fi', 'faq-wifi'],
    ['wifi', 'faq-wifi'],
    ['are you deliverin', 'faq-delivery'],
    ['how much is a tune up', 'service-1'],
    ['I have a flat tyre', 'service-2'],
    ['when do you close on saturday', 'hours'],
    ['where are you located', 'location-1'],
    ['what is your e-mail', 'business'],
    ['is there a garage for my car', 'faq-parking'],
    ['may my puppy come along', 'faq-dogs'],
    ['do you have hell mets', 'faq-helmets'],
    ['is there home shipping', 'faq-delivery'],
    ['is the internat free for guests', 'faq-wifi'],
    ['could I hire one for the weekend', 'faq-rental'],
    ['tienen aparcamiento', 'faq-parking'],
    ['sind hunde erlaubt', 'faq-dogs'],
  ])('%s', (query, id) => expect(first(query)).toBe(id))

  it.each(['', 'hello', 'uh um', 'thank you very much', 'what is the meaning of life', 'can you fly a helicopter to paris'])(
    'and what is about nothing here finds none: %p',
    (query) => expect(best(query)).toBeNull(),
  )

  const odd = createKnowledgeIndex(
    ['Is there a dress code?', 'Where is the smoking area?', 'Where can I park?', 'Is there an elevator?', 'Do you have towels?', 'Do you sell stamps?', 'Must I book a day ahead?', 'Who speaks Spanish?'].map((title, at) => ({
      id: `${at}`,
      title,
      text: 'Yes.',
      askedAs: '',
      isEssential: false,
    })),
  )
  it.each(['what is the zip code', 'is there a park near by', 'what is the address please', 'yes please go ahead', 'who am I speaking with'])(
    'nor is what shares no more than a word that tells little: %s',
    (query) => expect(searchKnowledge(odd, query, { limit: 3 }).filter(({ score }) => score >= minScore)).toEqual([]),
  )
  it.each(['is there a place to park', 'do you have parking', 'can I park my car there'])('though a park is one thing, and to park another: %s', (query) =>
    expect(searchKnowledge(odd, query, { limit: 1 })[0]?.passage.id).toBe('2'),
  )

  it('with the help of what was said before, which alone finds nothing', () => {
    expect(best('how much is it', ['do you do a tune up'])).toBe('service-1')
    expect(best('uh okay', ['do you sell helmets'])).toBeNull()
  })

  it('best first, within the limit, certain between 0 and 1', () => {
    const found = searchKnowledge(index, 'do you sell helmets and bicycles', { limit: 2 })
    expect(found).toHaveLength(2)
    for (const { score } of found) {
      expect(score).toBeGreaterThanOrEqual(0)
      expect(score).toBeLessThanOrEqual(1)
    }
    expect(found[0]!.passage.id).toBe('faq-helmets')
  })
})

describe('certain, so that no model is needed', () => {
  it.each([
    ['do you sell helmets', 'faq-helmets'],
    ['uh do you deliver', 'faq-delivery'],
  ])('is an answer to all that was asked: %s', (query, id) => expect(certain(query)).toBe(id))

  it.each(['', 'how much is it', 'do you sell used helmets for horses', 'helmets and a warranty', 'is there parking for helicopters', 'can I rend a bicicle'])(
    'is none where more was asked, less was said or a word was doubtful: %p',
    (query) => expect(certain(query)).toBeNull(),
  )

  it('is none of two that answer alike', () => {
    const twins = ['one', 'two'].map((id) => ({ id, title: 'Do you sell helmets?', text: id, askedAs: '', isEssential: false }))
    expect(certain('do you sell helmets', createKnowledgeIndex(twins.slice(1)))).toBe('two')
    expect(certain('do you sell helmets', createKnowledgeIndex(twins))).toBeNull()
  })
})

it('what the recogniser may have heard instead finds what its first guess does not', () => {
  expect(best('do you have a hum it')).toBeNull()
  expect(best('do you have a hum it', [], ['do you have a helmet'])).toBe('faq-helmets')
})

it('a language that sets no spaces between words is searched by its words', () => {
  const faqs = ['駐車場はありますか', 'ペットは入れますか', '朝食は何時ですか']
  const japanese = createKnowledgeIndex(faqs.map((title, at) => ({ id: `${at}`, title, text: 'はい。', askedAs: '', isEssential: false })))
  expect(searchKnowledge(japanese, '朝食の時間を教えてください', { limit: 1 })[0]?.passage.id).toBe('2')
  expect(searchKnowledge(japanese, '駐車場について', { limit: 1 })[0]?.passage.id).toBe('0')
})

it('any words at all find at most so many passages, each once, with a score from 0 to 1', () => {
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.lorem({ maxCount: 200 }), fc.constantFrom('helmets', 'wi fi', 'toString constructor __proto__'))
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 3 }), fc.array(text, { maxLength: 3 }), fc.integer({ min: 1, max: 30 }), (heard, before, alternatives, limit) => {
      const found = searchKnowledge(index, heard, { limit, before, alternatives })
      expect(found.length).toBeLessThanOrEqual(limit)
      expect(new Set(found.map(({ passage }) => passage.id)).size).toBe(found.length)
      for (const { score } of found) expect(score >= 0 && score <= 1).toBe(true)
    }),
  )
})

it('passages have unique ids', () => {
  const ids = index.passages.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

