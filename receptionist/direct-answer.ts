import type { Knowledge } from '../domain/knowledge.ts'
import { comparable } from './heard-text.ts'
import { hoursAnswer } from './hours-answer.ts'
import { hoursPhrasesFor } from './hours-phrases.ts'
import type { Passage } from './knowledge-passages.ts'
import type { PlainQuestion } from './plain-question.ts'
import { plainQuestion, plainText } from './plain-question.ts'
import { spokenAddress } from './spoken-address.ts'
import { spokenForm } from './spoken-form.ts'
import type { TurnState } from './turn-state.ts'

/** Characters that are said in about fifteen seconds; longer answers are for the model to pick from. */
const maxAnswerChars = 220
const maxAddressChars = 140

/** What speaks of a topic elsewhere in the knowledge makes it one for the model: an exception, a wish, another answer. */
const speaksOfHours =
  /\b(?:open\w*|clos\w+|hours|holidays?|weekends?|saturdays?|sundays?|offen|geoffnet|offnungs\w*|geschlossen|schliess\w+|feiertag\w*|wochenende\w*|samstags?|sonntags?|ouvert\w*|ouvrez|ferme\w*|horaires?|feries?|dimanches?|samedis?|abiert\w*|abren?|abrimos|cerra\w+|cierra\w*|horarios?|festivos?|domingos?|sabados?)\b/
const speaksOfClosure = /\b(?:closed|closing|closures?|geschlossen|betriebsferien|fermes?|fermee?s?|fermeture|cerrad\w+|cerramos)\b/
const speaksOfPlace =
  /\b(?:address\w*|locat\w+|moved?|moving|directions?|where|adresse\w*|anschrift|standort\w*|umgezogen|umzug|wo|demenag\w+|direccion|ubicacion|mudado|mudanza|donde)\b/
const speaksOfParking = /\b(?:park\w*|garage|stationn\w+|garer|estaciona\w*|aparca\w*|parqueo)\b/

export interface DirectAnswers {
  /** By the question without its courtesies, and by what it asks for: answers that are short, and of one FAQ only. */
  faqs: ReadonlyMap<string, Passage>
  hasPlainHours: boolean
  /** By name, as it is compared, and by '' where there is only one: `text` is the address as it is said. */
  addresses: ReadonlyMap<string, Passage>
}

const noAnswers: DirectAnswers = { faqs: new Map(), hasPlainHours: false, addresses: new Map() }

const passagesPerStep = 100

/** What a tenant's knowledge answers without a model; in steps of some milliseconds each. */
export function* directAnswerSteps(knowledge: Knowledge, passages: readonly Passage[]): Generator<void, DirectAnswers> {
  const { voice, instructions, business, hours, locations } = knowledge
  if (!voice.hasDirectAnswers) return noAnswers
  const wishes = comparable(instructions)
  const about = comparable(business.description)
  let hasPlainHours =
    locations.length < 2 && Object.values(hours.weekly).some(({ length }) => length > 0) && !speaksOfHours.test(wishes) && !speaksOfHours.test(about)
  let hasPlainPlace = !speaksOfPlace.test(wishes)
  const isParkingPlain = !speaksOfParking.test(wishes)
  const found = new Map<string, Passage[]>()
  const add = (key: string, passage: Passage) => found.set(key, [...(found.get(key) ?? []), passage])
  for (const [at, passage] of passages.entries()) {
    if (at % passagesPerStep === passagesPerStep - 1) yield
    if (!passage.id.startsWith('faq-')) continue
    const title = comparable(passage.title)
    if (speaksOfHours.test(title) || speaksOfClosure.test(comparable(passage.text))) hasPlainHours = false
    const question = plainQuestion(passage.title, voice.language)
    if (!question) continue
    const { text, asks, place } = question
    if (asks === 'address' && place === null) hasPlainPlace = false
    if (isHours(question)) continue
    if (text.includes(' ')) add(text, passage)
    if (asks && isParking(question) && isParkingPlain) add(asks, passage)
  }
  const certain = [...found].filter(([, [first, ...others]]) => others.length === 0 && first!.text.length <= maxAnswerChars)
  return {
    faqs: new Map(certain.map(([key, [passage]]) => [key, passage!])),
    hasPlainHours,
    addresses: hasPlainPlace ? addressesOf(knowledge, passages) : new Map(),
  }
}

/** Locations whose address is one: no list, no explanation. One that is called by a single word may be what the caller means by it, or not. */
function addressesOf({ business, locations }: Knowledge, passages: readonly Passage[]): Map<string, Passage> {
  const plain = locations.flatMap(({ name, address }, at) => {
    const passage = passages.find(({ id }) => id === `location-${at + 1}`)!
    const isPlain = /\d/.test(address) && address.length <= maxAddressChars && !/[;:()]|\b(?:mail|box|entrance|by appointment)\b/i.test(address)
    return isPlain ? [{ name: plainText(name), passage: { ...passage, text: spokenAddress(address) } }] : []
  })
  if (locations.length === 1 && plain[0]) plain.push({ ...plain[0], name: '' }, { ...plain[0], name: plainText(business.name) })
  const named = [...Map.groupBy(plain, ({ name }) => name)]
  const certain = named.filter(([name, same]) => (name === '' || name.includes(' ')) && new Set(same.map(({ passage }) => passage.id)).size === 1)
  return new Map(certain.map(([name, [first]]) => [name, first!.passage]))
}

const isHours = ({ asks }: PlainQuestion) => asks === 'open-now' || asks === 'hours' || asks === 'closing' || asks === 'opening'
const isParking = ({ asks }: PlainQuestion) => asks === 'parking' || asks === 'parking-place' || asks === 'parking-free'
const keyOf = ({ asks, day, place, text }: PlainQuestion) => (asks ? `${asks} ${day} ${place}` : text)

/**
 * Answers a plain question for certain; null for anything that leaves the least to make out: more words, another language
 * than the FAQ's, a question of ours that is open, or the same question again.
 */
export function directAnswer(turn: TurnState): (() => void) | null {
  const { dialogue, heard, mouth, open } = turn
  if (open.readBack || open.messageRequest || open.transferOffer || dialogue.draft) return null
  const question = plainQuestion(heard, dialogue.language)
  const answer = question && answerTo(question, turn)
  if (!answer || isAsideOrAgain(question, answer.text, dialogue)) return null
  return () => {
    turn.passages = answer.passages
    mouth.phrase(answer.text)
  }
}

function answerTo(question: PlainQuestion, { dialogue, ports }: TurnState): { text: string; passages: string[] } | null {
  const { directAnswers, tenant } = dialogue.receptionist
  const { asks, place, day, text } = question
  const isForeign = dialogue.language !== tenant.knowledge.voice.language
  const phrases = hoursPhrasesFor(dialogue.language)
  const faq = isForeign ? undefined : directAnswers.faqs.get(text) ?? faqOnParking(question, directAnswers)
  if (faq) return { text: faq.text, passages: [faq.id] }
  if (!phrases) return null
  if (asks === 'open-now' || asks === 'hours' || asks === 'closing' || asks === 'opening') {
    return directAnswers.hasPlainHours ? hoursAnswer(tenant.knowledge, { asks, day }, ports.nowMs(), phrases) : null
  }
  const location = asks === 'address' ? directAnswers.addresses.get(place ?? '') : undefined
  return location ? { text: phrases.address(location.text), passages: [location.id] } : null
}

/** Where one may park answers whether one may. */
function faqOnParking({ asks }: PlainQuestion, { faqs }: DirectAnswers): Passage | undefined {
  return asks === null ? undefined : faqs.get(asks) ?? (asks === 'parking' ? faqs.get('parking-place') : undefined)
}

/** True when it was asked or answered before, answers a question itself, or may be about something spoken of before. */
function isAsideOrAgain(question: PlainQuestion, answer: string, dialogue: TurnState['dialogue']): boolean {
  const before = dialogue.heardBefore().map((words) => plainQuestion(words, dialogue.language))
  if (before.some((earlier) => earlier && keyOf(earlier) === keyOf(question))) return true
  const isFirst = dialogue.turns() === before.length + 1 && before.every((earlier) => earlier?.text === '')
  if (question.isOnlyFirst && !isFirst) return true
  const said = dialogue.recentLines().filter(({ role }) => role === 'assistant')
  if (question.isAssenting && !isFirst && /\?\s*$/.test(said.at(-1)?.content ?? '')) return true
  const spoken = spokenForm(answer, dialogue.language)
  return said.some(({ content }) => content.includes(spoken))
}
