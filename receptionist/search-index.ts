import type { Passage } from './knowledge-passages.ts'
import type { LikeWord } from './search-likeness.ts'
import { createWordFinder } from './search-likeness.ts'
import { isStopWord, stem, tokens, weightOf } from './search-terms.ts'
import { groupsOf, phraseGroups, topicOf } from './search-vocabulary.ts'

/** What a word of a field is worth, and how many terms such a field usually holds: in a longer one, a word is worth less. */
const fields = [
  { name: 'title', worth: 2.5, usualLength: 4 },
  { name: 'text', worth: 1, usualLength: 8 },
  { name: 'askedAs', worth: 0.6, usualLength: 16 },
] as const
/** Share of a word's worth that the length of its field decides. */
const lengthEffect = 0.5
/** The lower, the less is added by saying a word again. */
const saturation = 1.2

const passagesPerStep = 20
const entriesPerStep = 2_000

/** Where a term, group or topic stands in an index's lists. */
export interface Entry {
  readonly from: number
  readonly to: number
  /** How much it tells: the fewer passages hold it, the more. */
  readonly telling: number
}

export interface TitleTerm {
  readonly word: string
  readonly groups: readonly number[]
  readonly telling: number
}

/** Which passages hold which terms, groups and topics of the vocabulary; flat lists, since a large knowledge has tens of thousands. */
export interface SearchIndex {
  readonly terms: ReadonlyMap<string, Entry>
  readonly groups: ReadonlyMap<number, Entry>
  readonly topics: ReadonlyMap<number, Entry>
  readonly passageAt: Uint16Array
  /** What the term, group or topic is worth in that passage: about 1 in its text, 1.5 in its title. */
  readonly impactAt: Float32Array
  /** By passage, the terms of its title. */
  readonly titles: readonly (readonly TitleTerm[])[]
  /** What a term that no passage holds would tell. */
  readonly mostTelling: number
  /** Terms that may have been meant by one that no passage holds. */
  termsLike(term: string): LikeWord[]
}

/** A text's words, its terms without stop words, and the vocabulary's groups of its phrases. */
export function readText(text: string): { words: string[]; terms: string[]; phrases: number[] } {
  const words = tokens(text)
  const stems = words.map(stem)
  return { words, terms: stems.filter((_, at) => !isStopWord(words[at]!)), phrases: phraseGroups(stems) }
}

/** The terms of a text alone. */
export function termsOf(text: string): string[] {
  return tokens(text)
    .filter((word) => !isStopWord(word))
    .map(stem)
}

type Postings<Key> = Map<Key, number[]>

/** Builds the index in steps of some milliseconds each, so that whoever builds it may do other things in between. */
export function* searchIndexSteps(passages: readonly Passage[]): Generator<void, SearchIndex> {
  const terms: Postings<string> = new Map()
  const groups: Postings<number> = new Map()
  const topics: Postings<number> = new Map()
  const titles: string[][] = []
  for (const [at, passage] of passages.entries()) {
    if (at % passagesPerStep === passagesPerStep - 1) yield
    const worths = worthsIn(passage)
    titles.push(worths.title)
    for (const [term, worth] of worths.terms) post(terms, term, at, saturated(worth))
    for (const [group, impact] of worths.groups) post(groups, group, at, impact)
    for (const [topic, impact] of worths.topics) post(topics, topic, at, impact)
  }
  const size = [terms, groups, topics].flatMap((postings) => [...postings.values()]).reduce((sum, { length }) => sum + length / 2, 0)
  const passageAt = new Uint16Array(size)
  const impactAt = new Float32Array(size)
  let end = 0
  function* entriesOf<Key>(postings: Postings<Key>, weigh: (key: Key) => number = () => 1): Generator<void, Map<Key, Entry>> {
    const entries = new Map<Key, Entry>()
    for (const [key, list] of postings) {
      if (entries.size % entriesPerStep === entriesPerStep - 1) yield
      const from = end
      for (let i = 0; i < list.length; i += 2) {
        passageAt[end] = list[i]!
        impactAt[end] = list[i + 1]!
        end += 1
      }
      entries.set(key, { from, to: end, telling: weigh(key) * tellingOf(end - from, passages.length) })
    }
    return entries
  }
  const entries = yield* entriesOf(terms, weightOf)
  const titleTerms = new Map([...new Set(titles.flat())].map((word) => [word, { word, groups: groupsOf.get(word) ?? [], telling: entries.get(word)!.telling }]))
  return {
    terms: entries,
    groups: yield* entriesOf(groups),
    topics: yield* entriesOf(topics),
    passageAt,
    impactAt,
    titles: titles.map((words) => words.map((word) => titleTerms.get(word)!)),
    mostTelling: tellingOf(1, passages.length),
    termsLike: createWordFinder(terms.keys()),
  }
}

/** What each term is worth in a passage, as often as it stands there, and the impact of groups and topics, as in the best field: of a weak word, weak. */
function worthsIn(passage: Passage) {
  const terms = new Map<string, number>()
  const groups = new Map<number, number>()
  const topics = new Map<number, number>()
  let title: string[] = []
  for (const { name, worth, usualLength } of fields) {
    const read = readText(passage[name])
    const wordWorth = worth / (1 - lengthEffect + (lengthEffect * read.terms.length) / usualLength)
    if (name === 'title') title = [...new Set(read.terms)]
    for (const term of read.terms) terms.set(term, (terms.get(term) ?? 0) + wordWorth)
    const hold = (group: number, value: number) => {
      raise(groups, group, value)
      raise(topics, topicOf[group]!, value)
    }
    for (const term of read.terms) for (const group of groupsOf.get(term) ?? []) hold(group, saturated(wordWorth) * weightOf(term))
    for (const group of read.phrases) hold(group, saturated(wordWorth))
  }
  return { title, terms, groups, topics }
}

/** Keeps the larger of a key's value and `value`. */
export function raise<Key>(map: Map<Key, number>, key: Key, value: number): void {
  if (value > (map.get(key) ?? 0)) map.set(key, value)
}

function saturated(worth: number): number {
  return (worth * (saturation + 1)) / (worth + saturation)
}

function post<Key>(postings: Postings<Key>, key: Key, passage: number, impact: number): void {
  const list = postings.get(key)
  if (list) list.push(passage, impact)
  else postings.set(key, [passage, impact])
}

function tellingOf(holders: number, passages: number): number {
  return Math.log(1 + (passages - holders + 0.5) / (holders + 0.5))
}
