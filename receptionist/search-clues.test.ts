import { createKnowledgeIndex } from './knowledge-search.ts'
import { cluesOf } from './search-clues.ts'

const index = createKnowledgeIndex([
  { id: 'pump', title: 'Is there a footpump?', text: 'By the door.', askedAs: '', isEssential: false },
  { id: 'lock', title: 'Which padlocks are good?', text: 'Heavy ones.', askedAs: '', isEssential: false },
])
const clues = (heard: string, more: { alternatives?: string[]; before?: string[] } = {}) =>
  cluesOf(index, { heard, alternatives: more.alternatives ?? [], before: more.before ?? [] })
const weightOf = (word: string, found = clues(word)) => found.find(({ terms }) => terms.some((term) => term.word === word))?.weight ?? 0

it('of a monologue a bounded number of words is searched, those that the knowledge holds before others', () => {
  const monologue = Array.from({ length: 500 }, (_, at) => `zorb${'abcdefghij'[at % 10]}${at}ik price hotel${at}`).join(' ')
  const found = clues(`${monologue} padlocks ${monologue}`, { before: [monologue], alternatives: [monologue] })
  expect(found.length).toBeLessThanOrEqual(84)
  expect(weightOf('padlock', found)).toBe(1)
})

it('words run together or torn apart are those of the knowledge', () => expect(weightOf('footpump', clues('a foot pump'))).toBe(1))

it('what was heard weighs more than what may have been heard, and that more than what was said before, ever less', () => {
  const found = clues('parking', { alternatives: ['padlocks'], before: ['breakfast', 'footpump'] })
  const weights = ['park', 'padlock', 'footpump', 'breakfast'].map((word) => weightOf(word, found))
  expect(weights).toEqual(weights.toSorted((a, b) => b - a))
  expect(new Set(weights).size).toBe(4)
  expect(weights.at(-1)).toBeGreaterThan(0)
  expect(found.map(({ source }) => source)).toEqual(['heard', 'guessed', 'before', 'before'])
})

it('what was said before weighs less the more a question says itself', () => {
  const [short, long] = ['parking', 'parking with a padlock for pets'].map((heard) => weightOf('footpump', clues(heard, { before: ['footpump'] })))
  expect(long).toBeLessThan(short!)
})
