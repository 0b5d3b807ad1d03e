import { callBounds } from '../domain/call-bounds.ts'
import type { TakenMessage } from '../domain/conversation.ts'
import { takenMessageSchema } from '../domain/conversation.ts'
import { isFarewell, isPlainNo, isWithdrawal, isYes } from './caller-intents.ts'
import type { Dialogue, MessageDraft } from './dialogue.ts'
import { comparable } from './heard-text.ts'
import type { Phrases } from './phrase-set.ts'
import { searchTerm, tokens } from './search-terms.ts'
import type { TurnState } from './turn-state.ts'
import { tryTwice } from './try-twice.ts'

/** Holds a message and reads it back; it is kept only after the caller confirmed it. */
export function readBackMessage(turn: TurnState, message: TakenMessage, isDictated: boolean): void {
  const { dialogue } = turn
  const draft: MessageDraft = { message, isDictated, isAwaitingAnswer: false, isConfirmed: false, keeping: null }
  dialogue.draft = draft
  turn.hasActed = true
  turn.mouth.phrase(readBackText(dialogue.phrases(), message))
  draft.isAwaitingAnswer = !turn.signal.aborted
}

/** The caller's words are the message: the path that needs no model. */
export function takeDictation(turn: TurnState): void {
  const { dialogue, heard, mouth } = turn
  turn.hasActed = true
  if (isFarewell(heard)) {
    turn.action = { type: 'end', reason: 'farewell' }
    turn.events.push({ event: 'ended-by-receptionist', text: 'farewell' })
    return mouth.phrase(dialogue.phrases().goodbye)
  }
  if (isWithdrawal(heard) || isPlainNo(heard)) return mouth.phrase(dialogue.phrases().messageDropped)
  if (!tokens(heard).some((token) => searchTerm(token) !== null)) {
    mouth.phrase(dialogue.phrases().askMessage)
    dialogue.isMessageAsked = true
    turn.hasActed = false
    return
  }
  readBackMessage(turn, dictated(heard), true)
}

/**
 * What the caller says to a message that was just read back: kept on a plain yes, dropped or taken anew on a no. Returns
 * null when a model has to make sense of it. Without a model, any other words are added to the message.
 */
export function answerToReadBack(turn: TurnState): (() => Promise<void> | void) | null {
  const { dialogue, heard, mouth } = turn
  const draft = dialogue.draft!
  if (isYes(heard)) return () => keepDraft(turn)
  if (isWithdrawal(heard)) {
    return () => {
      dialogue.draft = null
      turn.hasActed = true
      mouth.phrase(dialogue.phrases().messageDropped)
    }
  }
  if (!draft.isDictated) return null
  if (isPlainNo(heard)) {
    return () => {
      dialogue.draft = null
      turn.hasActed = true
      mouth.phrase(dialogue.phrases().askMessageAgain)
      dialogue.isMessageAsked = true
    }
  }
  return () => readBackMessage(turn, dictated(`${sentence(draft.message.text)} ${heard}`), true)
}

/** Keeps the draft; "saved" is said only once it is. A failed attempt is owned up to and made once more. */
export async function keepDraft(turn: TurnState): Promise<void> {
  const { dialogue, mouth, ports, signal } = turn
  const draft = dialogue.draft!
  turn.hasActed = true
  draft.isConfirmed = true
  draft.keeping ??= tryTwice(
    () => ports.keepMessage(draft.message, contentOf(draft.message)),
    ports,
    () => mouth.phrase(dialogue.phrases().messageRetrying),
  ).then((isKept) => {
    draft.keeping = null
    if (!isKept) return false
    dialogue.messagesKept += 1
    if (dialogue.draft === draft) dialogue.draft = null
    return true
  })
  const isKept = await draft.keeping
  if (signal.aborted) return
  mouth.phrase(isKept ? dialogue.phrases().messageKept : dialogue.phrases().messageFailed)
  if (isKept) return
  turn.hasActed = false
  turn.events.push({ event: 'message-failed', text: draft.message.text })
  draft.isConfirmed = false
  draft.isAwaitingAnswer = true
}

/** The message that the caller confirmed and that was not kept, unheard by them; null for none. Waits for an attempt under way. */
export async function unkeptMessage({ draft }: Dialogue): Promise<TakenMessage | null> {
  if (!draft?.isConfirmed) return null
  return (await draft.keeping) ? null : draft.message
}

/** True when a model hands in again what was read back, figures and spelling aside. */
export const isSameMessage = (one: TakenMessage, other: TakenMessage): boolean => contentOf(one) === contentOf(other)

/** What a message says, however it is written. */
const contentOf = ({ callerName, callbackNumber, text, urgency }: TakenMessage) =>
  [comparable(callerName), callbackNumber.replace(/\D/g, ''), comparable(text), urgency].join('|')

function readBackText(phrases: Phrases, { callerName, callbackNumber, text, urgency }: TakenMessage): string {
  return [
    urgency === 'urgent' ? phrases.readBackUrgentIntro : phrases.readBackIntro,
    callerName && phrases.messageFrom(callerName),
    sentence(text),
    callbackNumber ? phrases.callBackAt(callbackNumber) : phrases.callBackAtSameNumber,
    phrases.isThatRight,
  ]
    .filter(Boolean)
    .join(' ')
}

const urgent = /\b(?:urgent|urgently|asap|emergency|as soon as possible|right away|urgente|urgence|dringend)\b/

function dictated(heard: string): TakenMessage {
  const text = heard.trim().slice(0, callBounds.maxPromptChars)
  return takenMessageSchema.parse({ text, urgency: urgent.test(comparable(heard)) ? 'urgent' : 'normal' })
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`
}
