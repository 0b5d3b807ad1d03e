import { spokenForm } from './spoken-form.ts'

const word = /[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu

/** A shorter stretch could be anywhere. */
const minStretchWords = 3

/**
 * How much of `said` a caller heard, given the text that the voice had played (`heard`, normalised by the vendor in its
 * own way: case, punctuation, digits). Returns the length in characters of the prefix of `said` that was heard, whole
 * words only. What can't be matched counts as unheard.
 * Vendors report either all of the reply or its last stretch; speech plays in order, so a stretch that is found later in
 * `said` means that all before it was heard too.
 */
export function heardLength(said: string, heard: string, language: string): number {
  const saidWords = words(said)
  const heardWords = words(spokenForm(heard, language)).map(({ text }) => text)
  const end = (count: number) => (count === 0 ? 0 : trailing(said, saidWords[count - 1]!.end))
  const differs = saidWords.findIndex(({ text }, at) => text !== heardWords[at])
  const prefix = differs === -1 ? saidWords.length : differs
  if (prefix >= Math.min(saidWords.length, heardWords.length) || heardWords.length < minStretchWords) return end(prefix)
  const start = saidWords.findIndex((_, at) => heardWords.every((text, offset) => text === saidWords[at + offset]?.text))
  return end(start === -1 ? prefix : start + heardWords.length)
}

/** The words of a text as they are compared: lower case, no accents, no punctuation. */
export function words(text: string): { text: string; end: number }[] {
  return [...text.matchAll(word)].map((match) => ({
    text: match[0].toLowerCase().normalize('NFD').replace(/[\p{M}'’]/gu, ''),
    end: match.index + match[0].length,
  }))
}

/** A turn looks for many things in the same words. */
let latest = { text: '', compared: '' }

/** A text as intents are looked for in it: its words, lower case, no accents, no apostrophes, single spaces. */
export function comparable(text: string): string {
  if (text !== latest.text) {
    const compared = words(text)
      .map(({ text }) => text)
      .join(' ')
    latest = { text, compared }
  }
  return latest.compared
}

/** The punctuation after a heard word belongs to it. */
function trailing(said: string, end: number): number {
  return end + (/^[^\p{L}\p{N}\s]*/u.exec(said.slice(end))?.[0].length ?? 0)
}
