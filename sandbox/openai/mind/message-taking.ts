import { nameIn, numberIn, withoutDetails } from './caller-details.ts'
import type { Turn } from './conversation.ts'
import { askedMessage, askedName, corrects, isUrgent, offeredMessage, saidMessageKept, saysNo, saysYes, wantsMessage } from './intents.ts'
import { termsOf } from './terms.ts'

export interface MessageSoFar {
  name: string
  number: string
  text: string
  urgency: 'normal' | 'urgent'
  /** It was handed to the tool as it is now, and the caller has not confirmed it in so many words. */
  isReadBack: boolean
}

const onlyAsks = /^(?:(?:yes|yeah|ok(?:ay)?|sure|please|no|well|hi|hello|thank you|thanks|can|could|may|you|i|id|i'd|would like to|want to|to)[,.! ]*)*(?:please )?(?:take|leave|pass on|pass along) (?:a|an|my|the) message(?: for \w+)?(?: please)?[.!?]*\s*/i
const leadingYes = /^(?:yes|yeah|yep|sure|ok|okay|of course)(?:,? please)?[.,!]\s+/i
const justYesOrNo = /^(?:yes|no|yeah|nope|sure|ok(?:ay)?|please|that(?: i|')s (?:right|correct|fine|wrong|not right)|correct|right|[,.! ])+$/i

/**
 * The message that the caller is leaving, gathered over the turns since one was asked for or agreed to; null when none is being left,
 * or it was kept, or the caller thought better of it.
 */
export function messageSoFar(turns: Turn[], toolName: string): MessageSoFar | null {
  const keptAt = turns.findLastIndex((turn) => isKept(turn, toolName))
  const startAt = turns.findIndex((turn, at) => at > keptAt && turn.role === 'caller' && isStart(turn.text, lastSaid(turns, at)))
  if (startAt < 0) return null
  const message: MessageSoFar = { name: '', number: '', text: '', urgency: 'normal', isReadBack: false }
  for (const [at, turn] of turns.entries()) {
    if (at < startAt) message.name ||= turn.role === 'caller' ? nameIn(turn.text) : ''
    else if (turn.role === 'caller') add(message, turn.text, lastSaid(turns, at))
    else if (turn.role === 'receptionist') message.isReadBack ||= turn.calls.some(({ name }) => name === toolName)
  }
  const last = turns.findLast(({ role }) => role === 'caller')?.text ?? ''
  return /\b(?:never ?mind|forget it|no message)\b/i.test(last) ? null : message
}

function add(message: MessageSoFar, words: string, said: string): void {
  if (isUrgent(words)) message.urgency = 'urgent'
  const isNameAsked = askedName(said)
  message.name = nameIn(words, isNameAsked) || message.name
  message.number = numberIn(words) || message.number
  if (isNameAsked && words.split(' ').length <= 5 && nameIn(words, true)) return
  const content = withoutDetails(words.replace(onlyAsks, '').replace(leadingYes, '')).trim()
  if (justYesOrNo.test(content) || termsOf(content).length === 0) return
  if (message.isReadBack && corrects(words)) message.text = content.replace(/^(?:no|actually)[,.]?\s*/i, '')
  else if (!message.isReadBack) message.text = [message.text, content].filter(Boolean).join(' ')
}

const isStart = (words: string, said: string) =>
  wantsMessage(words) || (offeredMessage(said) && saysYes(words) && !saysNo(words)) || (askedMessage(said) && !saysNo(words))

/** A tool's bare success may mean that the message was only read back. */
const isKept = (turn: Turn, toolName: string) =>
  turn.role === 'tool' ? turn.name === toolName && /\b(?:kept|saved|stored)\b/i.test(turn.text) && isSuccess(turn.text) : turn.role === 'receptionist' && saidMessageKept(turn.text)

/** Whether a tool's result tells of success. */
export const isSuccess = (result: string): boolean => !/error|refus|\bnot\b|fail|invalid|impossible|unknown|malformed|wait/i.test(result)

export const lastSaid = (turns: Turn[], before: number): string => {
  const said = turns.slice(0, before).findLast((turn) => turn.role === 'receptionist' && turn.text !== '')
  return said?.text ?? ''
}
