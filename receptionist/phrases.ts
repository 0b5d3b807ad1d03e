import type { Phrases } from './phrase-set.ts'
import { english } from './phrases-english.ts'
import { french } from './phrases-french.ts'
import { german } from './phrases-german.ts'
import { spanish } from './phrases-spanish.ts'

const tables: Record<string, Phrases> = { en: english, es: spanish, fr: french, de: german }

/** The phrases of a BCP 47 language; English where there are none. */
export function phrasesFor(language: string): Phrases {
  return tables[language.slice(0, 2).toLowerCase()] ?? english
}
