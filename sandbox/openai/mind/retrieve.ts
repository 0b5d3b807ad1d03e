import type { KnownPassage } from './knowledge.ts'
import { daysIn, mentions } from './knowledge.ts'
import { sentencesOf, termsOf } from './terms.ts'

/** A passage answers when it holds so much of what the question's words weigh together. */
const enough = 0.55
const maxSentences = 3

/** What the passages say to a question, in their own words; null when none holds enough of it. */
export function findAnswer(question: string, passages: readonly KnownPassage[]): string | null {
  const asked = [...new Set(termsOf(question))]
  if (asked.length === 0 || passages.length === 0) return null
  const weights = new Map(asked.map((term) => [term, weightOf(term, passages)]))
  const total = sum(asked, weights)
  const ranked = passages
    .map((passage) => {
      const found = asked.filter((term) => passage.terms.has(term))
      const inTitle = asked.filter((term) => passage.titleTerms.has(term))
      // Of two that hold as much, the one that is about nothing else is meant.
      const focus = passage.titleTerms.size > 0 ? inTitle.length / passage.titleTerms.size : 0
      const share = sum(found, weights) / total
      return { passage, share, score: sum(found, weights) * share + 0.3 * sum(inTitle, weights) + focus }
    })
    .toSorted((a, b) => b.score - a.score)
  const best = ranked[0]!
  return best.share >= enough ? wordAnswer(best.passage, asked) : null
}

const sum = (terms: string[], weights: Map<string, number>) => terms.reduce((total, term) => total + (weights.get(term) ?? 0), 0)

function weightOf(term: string, passages: readonly KnownPassage[]): number {
  const holding = passages.filter(({ terms }) => terms.has(term)).length
  return Math.log(1 + passages.length / (holding + 0.5))
}

function wordAnswer({ title, text }: KnownPassage, asked: string[]): string {
  const sentences = sentencesOf(text)
  const days = daysIn(asked)
  const labelled = sentences.filter((sentence) => label(sentence) !== '')
  const fitting = labelled.filter((sentence) => mentions(label(sentence), days.length > 0 ? days : asked))
  const price = fitting.find((sentence) => label(sentence) === 'Price')
  if (price) return `${title} is ${priceOf(price, sentences[sentences.indexOf(price) + 1] ?? '')}`
  const duration = asked.includes('tak') && sentences.find((sentence) => sentence.startsWith('Takes '))
  if (duration) return `${title} takes ${duration.slice(6)}`
  if (fitting.length > 0) return fitting.join(' ')
  if (isTopic(title) && text.split(' ').length < 5) return `${title}: ${text.replace(/\.?$/, '.')}`
  if (sentences.length <= maxSentences || labelled.length === sentences.length) return text
  const chosen = sentences
    .map((sentence, at) => ({ sentence, at, hits: new Set(termsOf(sentence).filter((term) => asked.includes(term))).size }))
    .toSorted((a, b) => b.hits - a.hits || a.at - b.at)
    .slice(0, maxSentences)
    .toSorted((a, b) => a.at - b.at)
  return chosen.map(({ sentence }) => sentence).join(' ')
}

/** `Price` of `Price: $98.` */
const label = (sentence: string): string => /^(\w[\w -]{1,30}): /.exec(sentence)?.[1] ?? ''

/** `from $195, depending on size.` of `Price: $195.` and `from, depending on size.` */
function priceOf(sentence: string, note: string): string {
  const amount = sentence.slice('Price: '.length).replace(/\.$/, '')
  if (note.startsWith('from')) return `from ${amount}${note.slice(4)}`
  return /^[a-z]/.test(note) ? `${amount}, ${note}` : `${amount}.`
}

const isTopic = (title: string) => title !== '' && !title.endsWith('?')
