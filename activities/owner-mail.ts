import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { DateTime } from 'luxon'
import type { ConversationEvent, Message, TakenMessage } from '../domain/conversation.ts'
import type { Tenant } from '../domain/knowledge.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { MailSection } from './mail-layout.ts'
import { renderHtml, renderText } from './mail-layout.ts'

export interface OwnerMailFacts {
  tenant: Tenant
  conversation: {
    callerNumber: string
    calledNumber: string
    startedAtMs: number
    durationSeconds: number | null
    outcome: Outcome | null
    summary: string | null
    tasks: readonly (TakenMessage & { kind: 'message' | 'follow-up' })[]
    gaps: readonly string[]
  }
  messages: readonly Message[]
}

const outcomeWords: Record<Outcome, string> = {
  emergency: 'Emergency',
  'message-taken': 'Message taken',
  transferred: 'Put through',
  answered: 'Answered',
  abandoned: 'Caller hung up',
  failed: 'Went wrong on our side',
  spam: 'Nuisance call',
}

const eventWords: Record<ConversationEvent, string> = {
  emergency: 'Emergency recognised',
  'transfer-requested': 'Asked to be put through',
  'transfer-answered': 'Put through',
  'transfer-unanswered': 'Nobody answered the transfer',
  'message-taken': 'Message kept',
  'message-failed': 'A message could not be kept',
  'knowledge-gap': 'Not in your knowledge base',
  'recording-objected': 'Objected to being recorded',
  'contact-opted-out': 'Asked not to be contacted again',
  keypad: 'Keypad',
  'language-changed': 'Language changed',
  reconnected: 'Connection restored',
  'model-failed': 'The receptionist could not answer',
  'ended-by-receptionist': 'Receptionist ended the call',
  'ended-by-silence': 'Ended after silence',
  'ended-unproductive': 'Ended without getting anywhere',
  'ended-by-bound': 'Ended at the longest a call may last',
}

/**
 * The owner's mail about one conversation, what a person wants to know first. The same facts give the same bytes, so
 * that a mail sent again is the same mail to Resend.
 */
export function renderOwnerMail({ tenant, conversation, messages }: OwnerMailFacts) {
  const { outcome, summary, tasks, gaps, startedAtMs, durationSeconds } = conversation
  const { knowledge } = tenant
  const taken = tasks.filter(({ kind }) => kind === 'message')
  const isUrgent = outcome === 'emergency' || tasks.some(({ urgency }) => urgency === 'urgent')
  const callbackNumber = taken.find((message) => message.callbackNumber)?.callbackNumber || conversation.callerNumber
  const [caller, callback] = [conversation.callerNumber, callbackNumber].map((number) =>
    readPhone(number, conversation.calledNumber),
  )
  const name = taken.find(({ callerName }) => callerName)?.callerName
  const who = [name, caller!.words || 'number withheld'].filter(Boolean)
  const title = `${outcome ? outcomeWords[outcome] : 'Call'}: ${who.join(', ')}`
  const inZone = (ms: number) => DateTime.fromMillis(ms, { zone: knowledge.timeZone, locale: 'en-US' })

  const sections: MailSection[] = [
    {
      rows: [
        ['Urgency', isUrgent ? 'Urgent' : ''],
        ['Caller', who.join(', ')],
        ['Call back', callback!.words],
        ['When', inZone(startedAtMs).toFormat("cccc, LLLL d, yyyy 'at' h:mm a ZZZZ")],
        ['Length', durationSeconds === null ? '' : readableDuration(durationSeconds)],
      ],
    },
    { heading: taken.length > 1 ? 'Messages' : 'Message', paragraphs: taken.map(({ text }) => text) },
    {
      heading: 'To do',
      bullets: tasks
        .filter(({ kind }) => kind === 'follow-up')
        .map(({ text, urgency }) => (urgency === 'urgent' ? `Urgent: ${text}` : text)),
    },
    { heading: 'Summary', paragraphs: summary ? [summary] : [] },
    { heading: 'Asked, and not in your knowledge base', bullets: [...gaps] },
    {
      heading: 'Transcript',
      lines: messages.map((message) => transcriptLine(message, inZone(message.atMs).toFormat('h:mm:ss a'))),
    },
  ]
  const mail = { title, intro: `A call to ${knowledge.business.name}`, callback: callback!.e164, sections }
  return {
    subject: oneLine(`${isUrgent ? 'Urgent – ' : ''}${title}`).slice(0, 200),
    text: renderText(mail),
    html: renderHtml(mail),
  }
}

/**
 * A number as people write it, of the country that was called unless it names another. One that was withheld is empty;
 * what can't be read as a number stays as it was said.
 */
function readPhone(text: string, calledNumber: string): { words: string; e164: string | null } {
  const defaultCallingCode = parsePhoneNumberFromString(calledNumber)?.countryCallingCode
  const number = parsePhoneNumberFromString(text, { defaultCallingCode })
  if (number?.isPossible()) return { words: number.formatInternational(), e164: number.number }
  return { words: /\d{3}/.test(text) ? text : '', e164: null }
}

function readableDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`
}

function transcriptLine({ role, text, event, isInterrupted }: Message, at: string) {
  if (role === 'event') return { at, speaker: '', text: [event && eventWords[event], text].filter(Boolean).join(': ') }
  return {
    at,
    speaker: role === 'caller' ? 'Caller' : 'Receptionist',
    text: isInterrupted ? `${text} – (interrupted)` : text,
  }
}

const oneLine = (text: string) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
