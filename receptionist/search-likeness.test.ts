import { createWordFinder } from './search-likeness.ts'

const words = ['allergy', 'breakfast', 'garden', 'helmet', 'parking', 'pharmacy', 'vegetarian', 'wheelchair']
const find = createWordFinder(words)
const likeliest = (heard: string) => find(heard).toSorted((a, b) => b.likeness - a.likeness)[0]?.word ?? null

describe('a word is found as a recogniser mishears it', () => {
  it.each([
    ['elmet', 'helmet'],
    ['helmits', 'helmet'],
    ['barking', 'parking'],
    ['brekfas', 'breakfast'],
    ['alergi', 'allergy'],
    ['whelchai', 'wheelchair'],
    ['gardening', 'garden'],
  ])('%s', (heard, word) => expect(likeliest(heard)).toBe(word))

  it.each(['', 'he', 'mountain', 'lamp', '12345', 'x'.repeat(1_000)])('and what none of them sounds like finds none: %p', (heard) =>
    expect(likeliest(heard)).toBeNull(),
  )
})

it('the same letters are likeliest, then those that sound alike, then others', () => {
  const [same, soundsAlike, other] = ['garden', 'carden', 'warden'].map((heard) => find(heard).find(({ word }) => word === 'garden')!.likeness)
  expect(same).toBe(1)
  expect(soundsAlike).toBeLessThan(same!)
  expect(other).toBeLessThan(soundsAlike!)
})

it('what is found does not depend on what else there is to find', () => {
  for (const heard of ['elmet', 'barking', 'brekfas', 'alergi', 'carden']) {
    const alone = words.flatMap((word) => createWordFinder([word])(heard))
    expect(find(heard)).toEqual(alone)
  }
})
