import type { SearchIndex } from './search-index.ts'
import { readText, termsOf } from './search-index.ts'
import type { LikeWord } from './search-likeness.ts'
import { createWordFinder } from './search-likeness.ts'
import { stem, weightOf } from './search-terms.ts'
import { groupsOf } from './search-vocabulary.ts'

/** What a word is worth that only another guess of the recogniser holds. */
const alternativeWeight = 0.5
/** What a word of the turn before is worth of a question without a word of its own; less the more it has, halved with each turn. */
const beforeWeight = 0.4
/** How far a word is trusted to have been said that neither the knowledge nor the vocabulary knows. */
const unknownTrust = 0.3

/** Bounds what a search costs, which every other call waits for; an unclear word is looked for among all others. */
const maxClearTerms = 48
const maxUnclearTerms = 12
const maxPhrases = 12

export interface Question {
  /** What the recogniser heard. */
  heard: string
  /** What else it may have been, likeliest first. */
  alternatives: readonly string[]
  /** What the caller said in the turns before, newest last. */
  before: readonly string[]
}

/** A word or phrase of a question, as what is searched for it. */
export interface Clue {
  /** `guessed` is only in other guesses of the recogniser, `before` only in earlier turns. */
  source: 'heard' | 'guessed' | 'before'
  weight: number
  /** Terms that it is or may have been. */
  terms: readonly LikeWord[]
  /** Groups of the vocabulary, besides those of the terms. */
  groups: readonly number[]
  /** How much it tells should no passage speak of it. */
  telling: number
  /** Share of that which counts: less for a word that nobody knows, since it may never have been said. */
  trust: number
}

/** What to search for a question, a bounded number of clues: its words, then what else may have been said or was said before. */
export function cluesOf(index: SearchIndex, { heard, alternatives, before }: Question): Clue[] {
  const asked = readText(heard)
  const isClear = (term: string) => index.terms.has(term) || groupsOf.has(term)
  const rarestFirst = (a: string, b: string) => tellingOf(index, b) - tellingOf(index, a)
  const clear = [...new Set([...asked.terms, ...joined(asked.words)])].filter(isClear)
  const unclear = [...new Set(asked.terms)].filter((term) => !isClear(term))
  const clues = new Map<string, Clue>()
  const add = (terms: readonly string[], source: Clue['source'], weight: number) => {
    for (const term of terms) {
      if (clues.size >= maxClearTerms) return
      const telling = index.mostTelling * weightOf(term)
      if (!clues.has(term)) clues.set(term, { source, weight, terms: [{ word: term, likeness: 1 }], groups: [], telling, trust: 1 })
    }
  }
  const addClear = (text: string, source: Clue['source'], weight: number) => add(termsOf(text).filter(isClear), source, weight)
  add(clear.length > maxClearTerms ? clear.toSorted(rarestFirst) : clear, 'heard', 1)
  for (const alternative of alternatives) addClear(alternative, 'guessed', alternativeWeight)
  const weightBefore = beforeWeight / (1 + clear.length + unclear.length)
  for (const [turnsAgo, turn] of before.toReversed().entries()) addClear(turn, 'before', weightBefore / 2 ** turnsAgo)
  const doubtful = (term: string, trust: number): Clue => ({
    source: 'heard',
    weight: 1,
    terms: [...index.termsLike(term), ...vocabularyLike(term)],
    groups: [],
    telling: index.mostTelling * weightOf(term),
    trust,
  })
  const phrase = (group: number): Clue => ({ source: 'heard', weight: 1, terms: [], groups: [group], telling: index.mostTelling, trust: 1 })
  return [
    ...clues.values(),
    ...unclear.slice(0, maxUnclearTerms).map((term) => doubtful(term, unknownTrust)),
    ...torn(asked.terms, unclear).slice(0, maxUnclearTerms).map((term) => doubtful(term, 0)),
    ...[...new Set(asked.phrases)].slice(0, maxPhrases).map(phrase),
  ]
}

const vocabularyLike = createWordFinder(groupsOf.keys())

/** `wheel chair` as `wheelchair`: a recogniser may split what a text writes as one word. */
function joined(words: readonly string[]): string[] {
  return words.slice(1).map((word, at) => stem(words[at]! + word))
}

/** What two unclear words after one another may have been: `hell mets`. */
function torn(terms: readonly string[], unclear: readonly string[]): string[] {
  return terms.flatMap((term, at) => {
    const next = terms[at + 1]
    return next !== undefined && unclear.includes(term) && unclear.includes(next) ? [term + next] : []
  })
}

function tellingOf(index: SearchIndex, term: string): number {
  return index.terms.get(term)?.telling ?? 0
}
