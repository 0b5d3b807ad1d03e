import type { Passage } from './knowledge-passages.ts'
import type { Clue } from './search-clues.ts'
import { cluesOf } from './search-clues.ts'
import type { Entry, SearchIndex } from './search-index.ts'
import { raise, searchIndexSteps } from './search-index.ts'
import { weightOf } from './search-terms.ts'
import { groupsOf, topicOf } from './search-vocabulary.ts'

/** A tenant's passages, searchable; built once per knowledge version. */
export interface KnowledgeIndex extends SearchIndex {
  readonly passages: readonly Passage[]
}

export interface FoundPassage {
  passage: Passage
  /** 0 to 1: how much of what was asked the passage speaks of, and how much that tells. Below {@link minScore} it is no answer. */
  score: number
  /** The same if every word was really said that nobody knows, and that a recogniser may have made up. */
  certainty: number
}

/** Found with `npm run bench:knowledge`: nine in ten questions that have an answer reach it, one in twelve of those that have none. */
export const minScore = 0.12

/** Likewise: one in six questions has an answer so certain, and so much more than the next one, none of them wrong; of those that have none, one in ten thousand. */
const minCertainty = 0.75
const minLead = 0.1

/** What a word is worth of the same word if it means nearly the same, or only belongs to the same topic. */
const sameMeaning = 0.8
const sameTopic = 0.4
/** What a passage gains if all that its title says was said. */
const titleLift = 0.5

export function createKnowledgeIndex(passages: readonly Passage[]): KnowledgeIndex {
  const building = indexSteps(passages)
  for (;;) {
    const step = building.next()
    if (step.done) return step.value
  }
}

/** Builds the index in steps of some milliseconds each, so that whoever builds it may do other things in between. */
export function* indexSteps(passages: readonly Passage[]): Generator<void, KnowledgeIndex> {
  return { ...(yield* searchIndexSteps(passages)), passages }
}

/**
 * The passages that a question is about, best first, at most `limit`. Made for what a recogniser heard: words that sound alike
 * match, so do words with the same meaning, and filler words don't count. `alternatives` are the recogniser's other guesses,
 * `before` the turns before, which only help along; both may be empty.
 */
export function searchKnowledge(
  index: KnowledgeIndex,
  heard: string,
  { limit, before = [], alternatives = [] }: { limit: number; before?: readonly string[]; alternatives?: readonly string[] },
): FoundPassage[] {
  const clues = cluesOf(index, { heard, before, alternatives })
  const { worth, cover, asked, askedCertainly } = tally(index, clues)
  const said = whatIsSaid(clues)
  // Whatever its title lifts it by, what is worth less is none of the best.
  const least = nthLargest(worth, limit) / (1 + titleLift)
  const found: (FoundPassage & { worth: number })[] = []
  for (let at = 0; at < worth.length; at += 1) {
    if (worth[at] === 0 || worth[at]! < least) continue
    const lift = 1 + titleLift * titleShare(index, at, said)
    // To speak of all of a question that says next to nothing is little: as much must be told as by one rare word.
    const evidence = Math.min(1, cover[at]! / index.mostTelling)
    const answered = (cover[at]! * evidence * lift) / (1 + titleLift)
    found.push({
      passage: index.passages[at]!,
      score: Math.min(1, answered / (asked || 1)),
      certainty: Math.min(1, answered / (askedCertainly || 1)),
      worth: worth[at]! * lift,
    })
  }
  return found
    .sort((a, b) => b.worth - a.worth)
    .slice(0, limit)
    .map(({ passage, score, certainty }) => ({ passage, score, certainty }))
}

/** The passage that answers for certain, so that it may be told without a model; null where there is a doubt. Needs the best two. */
export function certainPassage([first, second]: readonly FoundPassage[]): Passage | null {
  if (!first || first.certainty < minCertainty) return null
  return second && first.certainty - second.certainty < minLead ? null : first.passage
}

/** 0 where there are fewer; none of `values` is negative. */
function nthLargest(values: Float64Array, nth: number): number {
  const largest = new Float64Array(nth)
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]!
    if (value <= largest[0]!) continue
    let at = 1
    for (; at < nth && largest[at]! < value; at += 1) largest[at - 1] = largest[at]!
    largest[at - 1] = value
  }
  return largest[0]!
}

interface Tally {
  /** By passage, what it is worth as an answer. */
  worth: Float64Array
  /** By passage, how much of what was asked it speaks of. */
  cover: Float64Array
  /** How much was asked. */
  asked: number
  askedCertainly: number
}

function tally(index: KnowledgeIndex, clues: readonly Clue[]): Tally {
  const size = index.passages.length
  const worth = new Float64Array(size)
  const cover = new Float64Array(size)
  const gain = new Float64Array(size)
  const match = new Float64Array(size)
  let asked = 0
  let askedCertainly = 0
  for (const clue of clues) {
    const touched: number[] = []
    let telling = 0
    for (const { entry, trust } of entriesOf(index, clue)) {
      telling = Math.max(telling, entry.telling)
      for (let i = entry.from; i < entry.to; i += 1) {
        const at = index.passageAt[i]!
        const impact = index.impactAt[i]!
        if (gain[at] === 0) touched.push(at)
        gain[at] = Math.max(gain[at]!, trust * entry.telling * impact)
        match[at] = Math.max(match[at]!, trust ** 2 * Math.min(1, impact))
      }
    }
    if (clue.source === 'heard') {
      asked += telling || clue.telling * clue.trust
      askedCertainly += telling || clue.telling * Math.ceil(clue.trust)
    }
    for (const at of touched) {
      worth[at]! += clue.weight * gain[at]!
      if (clue.source !== 'before') cover[at]! += clue.weight * telling * match[at]!
      gain[at] = 0
      match[at] = 0
    }
  }
  return { worth, cover, asked, askedCertainly }
}

/** All that a clue stands for, with how much it may be trusted to be what was meant. */
function entriesOf(index: KnowledgeIndex, { terms, groups }: Clue): { entry: Entry; trust: number }[] {
  const entries: { entry: Entry; trust: number }[] = []
  const add = (entry: Entry | undefined, trust: number) => {
    if (entry) entries.push({ entry, trust })
  }
  const addGroup = (group: number, trust: number) => {
    add(index.groups.get(group), sameMeaning * trust)
    add(index.topics.get(topicOf[group]!), sameTopic * trust)
  }
  for (const { word, likeness } of terms) {
    const trust = trustOf(likeness)
    add(index.terms.get(word), trust)
    for (const group of groupsOf.get(word) ?? []) addGroup(group, trust * weightOf(word))
  }
  for (const group of groups) addGroup(group, 1)
  return entries
}

/** Words that sound a little less alike are a lot less often meant. */
function trustOf(likeness: number): number {
  return likeness ** 3
}

interface Said {
  terms: Map<string, number>
  groups: Map<number, number>
}

function whatIsSaid(clues: readonly Clue[]): Said {
  const said: Said = { terms: new Map(), groups: new Map() }
  for (const { weight, terms, groups } of clues) {
    for (const { word, likeness } of terms) {
      raise(said.terms, word, weight * trustOf(likeness))
      for (const group of groupsOf.get(word) ?? []) raise(said.groups, group, sameMeaning * weight * trustOf(likeness))
    }
    for (const group of groups) raise(said.groups, group, sameMeaning * weight)
  }
  return said
}

/** How much of what the passage's title says was said. */
function titleShare(index: KnowledgeIndex, at: number, { terms, groups }: Said): number {
  let all = 0
  let share = 0
  for (const title of index.titles[at]!) {
    let heard = terms.get(title.word) ?? 0
    for (const group of title.groups) heard = Math.max(heard, groups.get(group) ?? 0)
    all += title.telling
    share += title.telling * heard
  }
  return all > 0 ? share / all : 0
}
