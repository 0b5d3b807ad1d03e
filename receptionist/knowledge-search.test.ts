import { jest } from '@jest/globals'
import { testTenant } from '../test/kit/scripted-turn.ts'
import { passagesOf } from './knowledge-passages.ts'
import { createKnowledgeIndex, minScore, searchKnowledge } from './knowledge-search.ts'
import { searchTerm } from './search-terms.ts'

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
const best = (query: string, before?: string[]) => {
  const [found] = searchKnowledge(index, query, { limit: 3, before })
  return found && found.score >= minScore ? found.passage.id : null
}

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
  ])('%s', (query, id) => expect(best(query)).toBe(id))

  it.each(['', 'hello', 'uh um', 'thank you very much', 'what is the meaning of life', 'can you fly a helicopter to paris'])(
    'and what is about nothing here finds none: %p',
    (query) => expect(best(query)).toBeNull(),
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

it('passages have unique ids', () => {
  const ids = index.passages.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

it('of a monologue a bounded number of words is searched, those that the knowledge holds before others', () => {
  const search = jest.spyOn(index.engine, 'search')
  const monologue = Array.from({ length: 100 }, (_, at) => `zorb${at}ik`).join(' ')
  searchKnowledge(index, `${monologue} helmets ${monologue}`, { limit: 3, before: [monologue.replaceAll('zorb', 'blarg')] })
  const terms = String(search.mock.calls[0]![0]).split(' ')
  expect(terms.length).toBeLessThanOrEqual(40)
  expect(terms).toContain(searchTerm('helmets'))
})
