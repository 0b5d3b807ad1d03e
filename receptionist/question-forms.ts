import type { Weekday } from '../domain/opening-hours.ts'

/** What a plain question asks for, in the order in which its forms are tried: those of `address` hold any place at all. */
export const plainAsks = ['open-now', 'hours', 'closing', 'opening', 'parking', 'parking-place', 'parking-free', 'address'] as const
export type PlainAsk = (typeof plainAsks)[number]

export type NamedDay = 'today' | 'tomorrow' | 'weekend' | Weekday

/**
 * How plain questions are asked in one language, and what may stand beside one without changing it. All of it is patterns over
 * comparable text: lower case, no accents, punctuation or apostrophes, `ss` for `ß`. A question is plain when one of its forms
 * is all that is left of it; so a form must be no more than people say, with the slips that a recogniser makes of it.
 */
export interface QuestionForms {
  /** Sounds and particles, dropped wherever more follows. */
  fillers: string
  /** Courtesies and lead-ins before the question. */
  leads: string
  /** Words before a question that may be the answer to another one. */
  assents: string
  /** Courtesies after the question. */
  trails: string
  /** By what is asked, its forms; the groups `day` and `place` are the day and the location that they name. */
  forms: Record<PlainAsk, readonly string[]>
  /** Likewise, where who is asked about is only clear as long as nothing else was spoken of. */
  firstForms: Partial<Record<PlainAsk, readonly string[]>>
  /** Pieces of a day's name, the first that the words hold is the day. */
  days: readonly (readonly [piece: string, day: NamedDay])[]
}
