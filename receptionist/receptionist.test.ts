import { jest } from '@jest/globals'
import { testTenant } from '../test/kit/scripted-turn.ts'
import { searchKnowledge } from './knowledge-search.ts'
import { phrasesFor } from './phrases.ts'
import { createReceptionist } from './receptionist.ts'
import { spokenForm } from './spoken-form.ts'

it('hints are names without commas or markup, each once, not too many', () => {
  const services = Array.from({ length: 80 }, (_, at) => ({ name: `Service, <${at % 60}>` }))
  const { hints } = createReceptionist(testTenant({ business: { name: 'Smith, Sons & "Co"' }, services, locations: [{ name: 'x'.repeat(100), address: 'y' }] }))
  expect(hints[0]).toBe('Smith Sons Co')
  expect(hints).toHaveLength(50)
  expect(new Set(hints).size).toBe(50)
  for (const hint of hints) expect(hint).not.toMatch(/[,<>&"]/)
})

it('every kind of session has its first words, in the tenant’s language', () => {
  const { greeting, opening } = createReceptionist(testTenant({ voice: { language: 'de-DE' } }))
  expect(opening('normal')).toBe(greeting)
  expect(opening('take-message')).toBe(phrasesFor('de-AT').openingTakeMessage)
  expect(opening('restored')).toBe(phrasesFor('de').openingRestored)
})

describe('fixed phrases', () => {
  it('are English where a language has none', () => expect(phrasesFor('it-IT')).toBe(phrasesFor('en-US')))

  it.each(['en-US', 'es-ES', 'fr-FR', 'de-DE'])('in %s are spoken form as they stand, and there for everything', (language) => {
    const phrases = phrasesFor(language)
    expect(Object.keys(phrases)).toEqual(Object.keys(phrasesFor('en')))
    for (const phrase of Object.values(phrases)) {
      const texts = typeof phrase === 'string' ? [phrase] : [phrase('Ann'), (phrase as (number: string | null) => string)(null)]
      for (const text of texts) {
        expect(text.length).toBeGreaterThan(5)
        expect(spokenForm(text, language)).toBe(text)
      }
    }
  })
})

it('is warmed up in steps, so that no other call waits for a large knowledge, and searches then', async () => {
  const faqs = Array.from({ length: 200 }, (_, at) => ({ id: `${at}`, question: `Question ${at}`, answer: at === 150 ? 'Zanzibar.' : 'No.' }))
  const receptionist = createReceptionist(testTenant({ faqs }))
  const pause = jest.fn(async () => {})
  await receptionist.warmUp(pause)
  expect(pause.mock.calls.length).toBeGreaterThan(5)
  const warm = receptionist.index
  expect(searchKnowledge(warm, 'zanzibar', { limit: 1 })[0]?.passage.id).toBe('faq-150')
  await receptionist.warmUp(pause)
  expect(receptionist.index).toBe(warm)
})
