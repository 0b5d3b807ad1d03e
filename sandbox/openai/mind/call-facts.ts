import { nameIn } from './caller-details.ts'
import * as intents from './intents.ts'
import { sentencesOf, termsOf } from './terms.ts'

export interface CallFacts {
  callerName: string
  summary: string
  outcome: string
  gaps: string[]
  tasks: { text: string; urgency: string }[]
}

type Line = { speaker: string; text: string }

/** What a transcript of `Caller: …`, `Receptionist: …` and `Event: …` lines holds, taken out of it word by word. */
export function factsOf(transcript: string): CallFacts {
  const lines = transcript.split('\n').flatMap((line): Line[] => {
    const match = /^\[?.{0,30}?\b(caller|user|customer|receptionist|assistant|agent|event)\b.{0,12}?: ?(.*)$/i.exec(line)
    return match ? [{ speaker: match[1]!.toLowerCase(), text: match[2]!.trim() }] : []
  })
  const isCaller = ({ speaker }: Line) => ['caller', 'user', 'customer'].includes(speaker)
  const events = lines.filter(({ speaker }) => speaker === 'event').map(({ text }) => text)
  const textOfEvents = (name: string) => events.filter((text) => text.startsWith(name)).map((text) => text.slice(name.length).replace(/^:\s*/, ''))
  const has = (name: string) => events.some((text) => text.startsWith(name))
  const words = lines.filter(isCaller).map(({ text }) => text)

  const exchanges = lines.flatMap((line, at) => (isCaller(line) && isQuestion(line.text) ? [{ question: line.text, answer: answerTo(lines, at) }] : []))
  const answered = exchanges.filter(({ answer }) => answer !== '' && !intents.saidUnknown(answer) && !intents.offeredMessage(answer))
  const unanswered = exchanges.filter(({ answer }) => intents.saidUnknown(answer)).map(({ question }) => lastQuestion(question))
  const gaps = [...new Set([...textOfEvents('knowledge-gap').filter(Boolean), ...(has('knowledge-gap') ? [] : unanswered)])].slice(0, 10)
  const isMessageTaken = has('message-taken') || lines.some((line) => !isCaller(line) && intents.saidMessageKept(line.text))
  const callerName = words.map((text) => nameIn(text)).find(Boolean) ?? ''

  const facts = { callerName, gaps, isMessageTaken, answered }
  return {
    callerName,
    gaps: words.some(intents.isAdvertising) ? [] : gaps,
    summary: summarise(facts, textOfEvents('message-taken')[0] ?? '', has('transfer-answered')),
    outcome: outcomeOf(has, words, isMessageTaken, answered.length > 0),
    tasks: isMessageTaken ? [] : tasksOf(words),
  }
}

const isQuestion = (text: string) =>
  !intents.saysYes(text) && !intents.saysGoodbye(text) && (text.includes('?') || /^(?:how|what|when|where|who|why|which|do|does|is|are|can|could)\b/i.test(text) || termsOf(text).length >= 3)

const lastQuestion = (text: string) => sentencesOf(text).findLast((sentence) => sentence.endsWith('?')) ?? text

function answerTo(lines: Line[], at: number): string {
  const next = lines.slice(at + 1).findIndex(({ speaker }) => speaker === 'caller')
  const between = lines.slice(at + 1, next < 0 ? undefined : at + 1 + next)
  return between.filter(({ speaker }) => speaker !== 'event').map(({ text }) => text).join(' ')
}

function summarise({ callerName, gaps, isMessageTaken, answered }: { callerName: string; gaps: string[]; isMessageTaken: boolean; answered: { question: string; answer: string }[] }, message: string, isTransferred: boolean): string {
  const told = answered.slice(0, 4).map(({ question, answer }) => `asked "${clip(lastQuestion(question))}" and was told "${clip(opening(answer))}"`)
  const who = callerName || 'The caller'
  const parts = [
    told.length > 0 ? `${who} ${told.join('; then ')}.` : `${who} called.`,
    gaps.length > 0 ? `Not answered: ${gaps.slice(0, 3).map((gap) => `"${clip(gap)}"`).join(', ')}.` : '',
    isTransferred ? 'The caller was put through.' : '',
    isMessageTaken ? `A message was taken${message ? `: "${clip(message, 300)}"` : ''}.` : '',
  ]
  return parts.filter(Boolean).join(' ').slice(0, 1_000)
}

const clip = (text: string, length = 140) => (text.length > length ? `${text.slice(0, length - 1)}…` : text.replace(/\.$/, ''))

/** The first sentence, and the second where the first says as good as nothing. */
function opening(answer: string): string {
  const [first = answer, second = ''] = sentencesOf(answer)
  return first.split(' ').length < 3 ? `${first} ${second}` : first
}

function outcomeOf(has: (event: string) => boolean, words: string[], isMessageTaken: boolean, isAnswered: boolean): string {
  if (has('emergency')) return 'emergency'
  if (words.some(intents.isAdvertising)) return 'spam'
  if (has('transfer-answered')) return 'transferred'
  if (isMessageTaken) return 'message-taken'
  if (has('model-failed') && !isAnswered) return 'failed'
  return isAnswered ? 'answered' : 'abandoned'
}

function tasksOf(words: string[]): CallFacts['tasks'] {
  const wishes = words.filter((text) => intents.wantsMessage(text) || intents.wantsBooking(text)).slice(0, 3)
  return wishes.map((text) => ({ text: `Call back: "${clip(text, 300)}"`, urgency: intents.isUrgent(text) ? 'urgent' : 'normal' }))
}
