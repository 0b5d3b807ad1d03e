import fc from 'fast-check'
import { heardLength, words } from './heard-text.ts'

const kept = (said: string, heard: string) => said.slice(0, heardLength(said, heard, 'en-US'))

describe('what a caller heard of a reply', () => {
  it.each([
    ['We open at nine on weekdays.', 'We open at nine', 'We open at nine'],
    ['We open at nine, on weekdays.', 'we open AT NINE', 'We open at nine,'],
    ['It costs twelve dollars.', 'It costs $12', 'It costs twelve dollars.'],
    ['Café Müller opens.', 'cafe muller', 'Café Müller'],
    ["It's open.", 'its open', "It's open."],
    ['We open at nine.', '', ''],
    ['We open at nine.', 'We op', 'We'],
    ['We open at nine.', 'Something else', ''],
    ['We open at nine for you.', 'for you', ''],
    ['We open at nine.', 'We open at ten', 'We open at'],
    ['We open at nine. We close at five. Bye.', 'We close at five', 'We open at nine. We close at five.'],
    ['We open at nine.', 'We open at nine. And much more was never said.', 'We open at nine.'],
  ])('%p, heard %p: %p', (said, heard, expected) => expect(kept(said, heard)).toBe(expected))

  const text = fc.array(fc.constantFrom('we', 'open', 'at', 'Nine,', 'five.', "it's", 'Über', 'a.m.', 'well-known', '–', 'twenty-one'), { maxLength: 12 }).map((parts) => parts.join(' '))

  it('is a prefix of what was said, and holds no word that was not heard', () => {
    fc.assert(
      fc.property(text, text, (said, heard) => {
        const result = kept(said, heard)
        const keptWords = words(result).map(({ text }) => text)
        const heardWords = words(heard).map(({ text }) => text)
        expect(said.startsWith(result)).toBe(true)
        expect(words(said).slice(0, keptWords.length).map(({ text }) => text)).toEqual(keptWords)
        // Either all of it was heard from the start, or it ends with all that was heard.
        const isFromStart = keptWords.every((word, at) => word === heardWords[at])
        expect(isFromStart || keptWords.join(' ').endsWith(heardWords.join(' '))).toBe(true)
      }),
    )
  })

  it('is everything when everything was heard, however it was normalised', () => {
    fc.assert(
      fc.property(text, (said) => {
        const heard = words(said).map(({ text }) => text).join(' ')
        expect(words(kept(said, heard))).toEqual(words(said))
      }),
    )
  })
})
