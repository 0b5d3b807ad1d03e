import { comparable } from './heard-text.ts'
import type { NamedDay, PlainAsk, QuestionForms } from './question-forms.ts'
import { plainAsks } from './question-forms.ts'
import { englishQuestions } from './questions-english.ts'
import { frenchQuestions } from './questions-french.ts'
import { germanQuestions } from './questions-german.ts'
import { spanishQuestions } from './questions-spanish.ts'

/** Longer ones are never plain. */
const maxChars = 120

export interface PlainQuestion {
  /** What is left of the words without courtesies and stutter. */
  text: string
  /** What they ask for if they are, as a whole, one of the questions that everybody asks; null for anything else. */
  asks: PlainAsk | null
  day: NamedDay | null
  /** The location that they name, as it was said. */
  place: string | null
  /** Who is asked about is only clear as long as nothing else was spoken of. */
  isOnlyFirst: boolean
  /** They begin like an answer. */
  isAssenting: boolean
}

/** Reads words as a plain question in the language of a BCP 47 tag; null for what is too long to be one. */
export function plainQuestion(words: string, language: string): PlainQuestion | null {
  if (words.length > maxChars) return null
  const text = plainText(words)
  const read = readers[language.slice(0, 2).toLowerCase()]
  return read ? read(text) : { text, ...nothingAsked, isAssenting: false }
}

/** Text as questions and names are compared. */
export const plainText = (words: string): string => comparable(words).replaceAll('ß', 'ss')

const nothingAsked = { asks: null, day: null, place: null, isOnlyFirst: false }

function createReader({ fillers, leads, assents, trails, forms, firstForms, days }: QuestionForms): (words: string) => PlainQuestion {
  const filler = new RegExp(`(?<![^ ])(?:${fillers}) (?=.)`, 'g')
  const stutter = /(?<![^ ])(\S+(?: \S+){0,3}) (?=\1(?: |$))/g
  const head = new RegExp(`^(?:(?:${leads}|${assents}) )*`)
  const assent = new RegExp(`(?<![^ ])(?:${assents}) `)
  const tail = new RegExp(`(?: (?:${trails}))+$`)
  const wholes = [forms, firstForms].flatMap((some, isOnlyFirst) =>
    plainAsks.flatMap((asks) =>
      some[asks]?.length ? [{ asks, isOnlyFirst: isOnlyFirst === 1, pattern: new RegExp(`^(?:${some[asks].join('|')})$`) }] : [],
    ),
  )
  return (words) => {
    const said = `${words} `.replace(filler, '').replace(stutter, '')
    const courtesy = head.exec(said)![0]
    const text = ` ${said.slice(courtesy.length).trimEnd()}`.replace(tail, '').trim()
    const isAssenting = assent.test(courtesy)
    for (const { asks, isOnlyFirst, pattern } of wholes) {
      const groups = pattern.exec(text)
      if (!groups) continue
      const { day, place = null } = groups.groups ?? {}
      const named = days.find(([piece]) => day?.includes(piece))
      return { text, asks, day: named?.[1] ?? null, place, isOnlyFirst, isAssenting }
    }
    return { text, ...nothingAsked, isAssenting }
  }
}

const readers: Record<string, (words: string) => PlainQuestion> = {
  en: createReader(englishQuestions),
  de: createReader(germanQuestions),
  fr: createReader(frenchQuestions),
  es: createReader(spanishQuestions),
}
