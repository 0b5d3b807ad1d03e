const word = "[\\p{L}][\\p{L}'’-]+"
const capitalised = "[\\p{Lu}][\\p{L}'’-]+"
const noName = '(?!(?:and|my|the|number|calling|from|with|at|on|for|yes|no|but|i|so)\\b)'
const statedName = new RegExp(`\\bmy name(?: is|'s|s)\\s+(${noName}${word}(?:\\s+${noName}${word}){0,2})`, 'iu')
const impliedName = new RegExp(`(?:[Tt]his is|[Ii]t's|[Ii]t is|[Ii] am|[Ii]'m)\\s+(${capitalised}(?:\\s+${capitalised}){0,2})`, 'u')
const onlyName = new RegExp(`^(?:it'?s |this is |i'?m )?(${word}(?:\\s+${word}){0,2})[.!]?$`, 'iu')
const notNames = new RegExp(
  '^(?:yes|no|yeah|okay|ok|hello|hi|thanks?|please|sure|right|correct|that|goodbye|bye|never|mon|tues|wednes|thurs|fri|satur|sun|urgent|nothing|what|why|how|i|just|really)',
  'i',
)

const digitWords: Record<string, string> = {
  zero: '0', oh: '0', one: '1', two: '2', three: '3', four: '4', five: '5', six: '6', seven: '7', eight: '8', nine: '9',
}

/** The name that the caller gives; `isAsked`: the words answer the question for it, and may be nothing but the name. */
export function nameIn(words: string, isAsked = false): string {
  const name = statedName.exec(words)?.[1] ?? impliedName.exec(words)?.[1] ?? (isAsked ? onlyName.exec(words.trim())?.[1] : undefined) ?? ''
  return notNames.test(name) ? '' : name.replace(/(^|\s)\p{Ll}/gu, (letter) => letter.toUpperCase())
}

/** Digits of the telephone number that the caller says, in figures or in words; empty when there is none. */
export function numberIn(words: string): string {
  const figures = words.replace(/\b(zero|oh|one|two|three|four|five|six|seven|eight|nine)\b/gi, (word) => digitWords[word.toLowerCase()]!)
  const run = /\+?\d(?:[\s().-]*\d){6,14}/.exec(figures)?.[0] ?? ''
  return run.replace(/[^\d+]/g, '')
}

/** The words without the clauses that only say who calls and how to call back. */
export function withoutDetails(words: string): string {
  return words
    .split(/(?<=[.!?])\s+|,?\s+and (?=my (?:name|number|phone)\b)/)
    .filter((clause) => !(nameIn(clause) && clause.split(/\s+/).length <= 8) && !numberIn(clause))
    .join(' ')
    .trim()
}
