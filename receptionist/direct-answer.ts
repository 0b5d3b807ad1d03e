import type { Passage } from './knowledge-passages.ts'
import { comparable } from './heard-text.ts'
import type { TurnState } from './turn-state.ts'

/** Characters that are said in about fifteen seconds; longer answers are for the model to pick from. */
const maxAnswerChars = 220

const courtesy = /^(?:(?:um|uh|so|well|yes|ok|okay|hi|hello|hey|good (?:morning|afternoon|evening)|please|excuse me) )+|(?: (?:please|thanks|thank you))+$/g

/** What is left of a question without its courtesies, as it is compared: nothing in it is weighed or guessed. */
const plainQuestion = (words: string) => comparable(words).replace(courtesy, '')

/** The published answers that need no model, by the question in its very words: short, of one FAQ only. */
export function directAnswersOf(passages: readonly Passage[]): ReadonlyMap<string, Passage> {
  const faqs = Map.groupBy(passages.filter(({ id }) => id.startsWith('faq-')), ({ title }) => plainQuestion(title))
  const certain = [...faqs].filter(([question, found]) => question.includes(' ') && found.length === 1 && found[0]!.text.length <= maxAnswerChars)
  return new Map(certain.map(([question, [passage]]) => [question, passage!]))
}

/**
 * Answers a question that is published word for word; null for anything that leaves the least to make out: other words,
 * another language, a question of ours that is open, or the same question again.
 */
export function directAnswer(turn: TurnState): (() => void) | null {
  const { dialogue, heard, mouth, open } = turn
  const { receptionist, draft } = dialogue
  const question = plainQuestion(heard)
  const passage = receptionist.directAnswers.get(question)
  const isOpen = open.readBack || open.messageRequest || open.transferOffer || draft !== null
  const isForeign = dialogue.language !== receptionist.tenant.knowledge.voice.language
  if (!passage || isOpen || isForeign || dialogue.heardBefore.some((before) => plainQuestion(before) === question)) return null
  return () => {
    turn.passages = [passage.id]
    mouth.phrase(passage.text)
  }
}
