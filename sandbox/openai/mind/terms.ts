const stopWords = new Set(
  `a about actually again ah all along also am an and any anyone anything are as at be because been before being but by call calling can cannot cant could
  did do does doesnt doing done dont down each else er every for from get give go going good got great had has have havent having hello help her here hers hey hi him his
  how i id if ill im in into is isnt it its ive just kind know let lets like little looking made make many may maybe me might mine my need no not of
  off oh ok okay on one only or other our ours out over perhaps please question quick really right say see shall she should so some someone something
  sorry still such sure take tell than thank thanks that thats the their them then there these they thing this those through to too uh um until up us
  very wanna want wanted was we well were what whats when where whether which while who whom whose why will with wondering would yeah yes yet you your yours youre`
    .split(/\s+/),
)

/** Words that ask for the same thing; each is known by the first of its line. */
const sameMeaning = [
  'price cost costs charge charges fee fees expensive rate rates',
  'open opening closed close closes hours opens',
  'address located location directions',
  'park parking',
  'child children kids kid',
  'appointment appointments booking',
  'dentist dentists doctor doctors',
  'phone telephone number',
]
const canonical = new Map(sameMeaning.flatMap((line) => line.split(' ').map((word) => [stem(word), stem(line.split(' ')[0]!)] as const)))

/** Phrases whose meaning is in no single word of them. */
const phrases: [RegExp, string][] = [
  [/\bhow (?:much|expensive)\b/g, ' price '],
  [/\bhow long\b/g, ' takes '],
  [/\b(?:what time|opening times?)\b/g, ' hours '],
  [/\bwhere (?:are|is|can i find|do i find)\b/g, ' address '],
  [/\be-?mail(?: address)?\b/g, ' email '],
  [/\bweb ?(?:site|page)\b/g, ' website '],
]

/** The words of a text that carry its meaning: lower case, stemmed, without accents and stop words. */
export function termsOf(text: string): string[] {
  const plain = phrases.reduce((left, [phrase, meaning]) => left.replace(phrase, meaning), fold(text))
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? [])
    .filter((word) => !stopWords.has(word) && (word.length > 1 || /\d/.test(word)))
    .map(stem)
    .map((word) => canonical.get(word) ?? word)
}

/** Lower case, without accents and apostrophes. */
export const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}+|['’]/gu, '').toLowerCase()

/** A light English stemmer: plurals, -ing, -ed, a final e. */
export function stem(word: string): string {
  let root = word
  if (root.length > 4 && root.endsWith('ies')) root = `${root.slice(0, -3)}y`
  else if (root.length > 3 && /[^s]s$/.test(root)) root = root.slice(0, -1)
  if (root.length > 5 && root.endsWith('ing')) root = root.slice(0, -3)
  else if (root.length > 4 && root.endsWith('ed')) root = root.slice(0, -2)
  if (/([bdgmnprt])\1$/.test(root)) root = root.slice(0, -1)
  return root.length > 3 && root.endsWith('e') ? root.slice(0, -1) : root
}

export const sentencesOf = (text: string): string[] => text.split(/(?<=[.!?])\s+/).filter(Boolean)
