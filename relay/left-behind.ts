import type { ConversationEvent, Message } from '../domain/conversation.ts'
import type { HandoffData } from './frames.ts'

/** What a process that is gone left to do in a session, as the transcript tells. */
export interface LeftBehind {
  /** What was said without the answer that was under way. */
  history: Message[]
  /** The caller's last words, when nobody has answered them to the end; else empty. */
  words: string
  /** As much of the answer to them as the caller heard. */
  heard: string
  /** How the session was being ended. */
  handoff: HandoffData | null
  /** False for a goodbye that the caller may still speak over. */
  isFinal: boolean
}

const endings: readonly ConversationEvent[] = ['ended-by-receptionist', 'ended-by-silence', 'ended-unproductive', 'ended-by-bound']

/** Looks at the lines of a conversation, of which session `sessionId` is the newest. */
export function leftBehind(lines: readonly Message[], sessionId: string): LeftBehind {
  const own = lines.slice(lines.findLastIndex(({ key }) => key === openingKey(sessionId)) + 1)
  const transfer = own.find(({ event }) => event === 'transfer-requested')
  const isModelFailed = transfer && own[own.indexOf(transfer) - 1]?.event === 'model-failed'
  const goodbye = own.findLast(({ role, event }) => role === 'caller' || event === 'keypad' || (event && endings.includes(event)))
  const isEnded = goodbye?.event && endings.includes(goodbye.event)
  const handoff: HandoffData | null = transfer
    ? { reason: isModelFailed ? 'model-failed' : 'transfer', detail: transfer.text }
    : isEnded ? { reason: 'end', detail: goodbye.text || goodbye.event! } : null

  const spoken = lines.filter(({ role }) => role !== 'event')
  const cut = spoken.slice(spoken.findLastIndex(({ role, isInterrupted }) => role === 'caller' || !isInterrupted) + 1)
  const before = spoken.slice(0, spoken.length - cut.length)
  const words = before.slice(before.findLastIndex(({ role }) => role === 'receptionist') + 1)
  return {
    history: words.length > 0 ? lines.filter((line) => !cut.includes(line)) : [...lines],
    words: words.map(({ text }) => text).join(' '),
    heard: words.length > 0 ? cut.map(({ text }) => text).join(' ').trim() : '',
    handoff,
    isFinal: transfer !== undefined || goodbye?.event !== 'ended-by-receptionist',
  }
}

/** How often processes other than `writer` took the session over, as its transcript tells. */
export const takeOversOf = (lines: readonly Message[], writer: string): number =>
  lines.filter(({ event, key }) => event === 'reconnected' && !key.startsWith(`${writer}-`)).length

/** The key of the line with which a session opens, whoever writes it. */
export const openingKey = (sessionId: string): string => `opening-${sessionId}`

/** `later` without the words that it has in common with the end of `earlier`, behind that. */
export function joined(earlier: string, later: string): string {
  const [head, tail] = [earlier, later].map((text) => text.split(/\s+/).filter(Boolean)) as [string[], string[]]
  let shared = Math.min(head.length, tail.length)
  while (shared > 0 && head.slice(-shared).join(' ') !== tail.slice(0, shared).join(' ')) shared -= 1
  return [...head, ...tail.slice(shared)].join(' ')
}
