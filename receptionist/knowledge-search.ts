import MiniSearch from 'minisearch'
import type { Passage } from './knowledge-passages.ts'
import { searchTerm, tokens } from './search-terms.ts'

/** A tenant's passages, searchable; built once per knowledge version. */
export interface KnowledgeIndex {
  readonly passages: readonly Passage[]
  readonly engine: MiniSearch
  /** How much a term tells: the fewer passages hold it, the more. */
  weightOf(term: string): number
  holds(term: string): boolean
}

export interface FoundPassage {
  passage: Passage
  /** 0 to 1: how much of what was asked the passage speaks of. Below {@link minScore} it is no answer. */
  score: number
}

export const minScore = 0.25

/** What a misspelt or inflected word is worth of the same word. */
const nearMatchWorth = 0.8

/** Words of earlier turns count this much of a word of the question. */
const beforeWeight = 0.2

/** Each term costs a search of its own, and every other call waits for it. */
const maxAskedTerms = 24
const maxEarlierTerms = 12

const passagesPerStep = 20

export function createKnowledgeIndex(passages: readonly Passage[]): KnowledgeIndex {
  const building = indexSteps(passages)
  for (;;) {
    const step = building.next()
    if (step.done) return step.value
  }
}

/** Builds the index in steps of some milliseconds each, so that whoever builds it may do other things in between. */
export function* indexSteps(passages: readonly Passage[]): Generator<void, KnowledgeIndex> {
  const engine = new MiniSearch<{ id: number }>({
    fields: ['title', 'text', 'askedAs'],
    tokenize: tokens,
    processTerm: searchTerm,
  })
  const frequencies = new Map<string, number>()
  for (const [id, passage] of passages.entries()) {
    if (id % passagesPerStep === passagesPerStep - 1) yield
    engine.add({ ...passage, id })
    const { title, text, askedAs } = passage
    for (const term of new Set(tokens(`${title} ${text} ${askedAs}`).map(searchTerm))) {
      if (term) frequencies.set(term, (frequencies.get(term) ?? 0) + 1)
    }
  }
  const weightOf = (term: string) => Math.log(1 + (passages.length + 1) / ((frequencies.get(term) ?? 2) + 0.5))
  return { passages, engine, weightOf, holds: (term) => frequencies.has(term) }
}

/**
 * The passages that a question is about, best first, at most `limit`; `before` are the turns before it, which only help
 * along. Made for what a recogniser heard: misspelt words match, filler words don't count.
 */
export function searchKnowledge(
  index: KnowledgeIndex,
  query: string,
  { limit, before = [] }: { limit: number; before?: readonly string[] },
): FoundPassage[] {
  const asked = new Set(mostTelling(index, tokens(query), maxAskedTerms))
  const earlier = mostTelling(index, before.flatMap(tokens), maxEarlierTerms).filter((term) => !asked.has(term))
  const terms = [...asked, ...earlier]
  const results = index.engine.search(terms.join(' '), {
    processTerm: (term) => term,
    boost: { title: 2, askedAs: 0.6 },
    boostTerm: (term) => (asked.has(term) ? 1 : beforeWeight),
    prefix: (term) => term.length >= 4,
    fuzzy: (term) => (term.length >= 4 ? 0.25 : false),
    maxFuzzy: 2,
    weights: { fuzzy: 0.3, prefix: 0.5 },
  })
  const total = [...asked].reduce((sum, term) => sum + index.weightOf(term), 0)
  return results
    .map(({ id, queryTerms, terms: found }) => {
      const matched = new Set(queryTerms.filter((term) => asked.has(term)))
      const worth = (term: string) => index.weightOf(term) * (found.includes(term) ? 1 : nearMatchWorth)
      const score = [...matched].reduce((sum, term) => sum + worth(term), 0) / (total || 1)
      return { passage: index.passages[id as number]!, score: Math.min(1, score) }
    })
    .slice(0, limit)
}

/** The search terms of `words`; of too many, those that the knowledge holds first, and the rare ones of them first. */
function mostTelling(index: KnowledgeIndex, words: readonly string[], limit: number): string[] {
  const terms = [...new Set(words.map(searchTerm).filter((term) => term !== null))]
  if (terms.length <= limit) return terms
  const worth = (term: string) => (index.holds(term) ? index.weightOf(term) : 0)
  return terms.toSorted((a, b) => worth(b) - worth(a)).slice(0, limit)
}
