import type { Message, TakenMessage } from '../domain/conversation.ts'
import { isHumanRequest } from './caller-intents.ts'
import { callerData } from './caller-data.ts'
import { comparable, heardLength, words } from './heard-text.ts'
import type { ChatMessage, ToolCall } from './model-port.ts'
import type { Phrases } from './phrase-set.ts'
import { phrasesFor } from './phrases.ts'
import type { Receptionist } from './receptionist.ts'

/** A message that is not kept yet. */
export interface MessageDraft {
  message: TakenMessage
  /** True when the caller's own words are the message, because no model could be asked. */
  isDictated: boolean
  /** True while the last thing said was its read-back, so that the next words can confirm it. */
  isAwaitingAnswer: boolean
  /** True once the caller confirmed it, until they heard what became of it. */
  isConfirmed: boolean
  /** The attempt to keep it that is under way: one at a time, whoever waits for it. */
  keeping: Promise<boolean> | null
}

/** The memory of one conversation: what was said and heard, and what is still open. One per call, never shared. */
export interface Dialogue {
  readonly receptionist: Receptionist
  readonly mode: 'normal' | 'take-message'
  /** BCP 47; what is spoken now. */
  language: string
  /** The fixed phrases in the language of the moment: goodbyes, apologies. */
  phrases(): Phrases
  /** What to say when nothing was heard for a while: repeats the open question, if there is one. */
  reprompt(): string
  /** Records what the channel itself said: the greeting, a re-prompt, a goodbye. */
  recordReply(text: string): void
  /**
   * Cuts the last reply back to what the caller heard of it, by longest common prefix of the normalised words; what
   * can't be matched counts as unheard. Returns the text that is kept, which may be empty. `isEarlier`, and whenever nothing
   * was said yet to the caller's last words: the reply before those.
   */
  cutBack(heardText: string, options?: { isEarlier: boolean }): string
  /** The caller has heard `heardText` of an answer to their last words from somebody else; what is said now goes on from there. */
  takeUp(heardText: string): void

  /** For the turn: the conversation as the model is sent it, newest last, bounded. */
  recentLines(): ChatMessage[]
  draft: MessageDraft | null
  /** True when the last thing said asked for a message, so that the next words are one. */
  isMessageAsked: boolean
  /** True while the model's last turn failed. */
  isModelOut: boolean
  /** True when the last thing said was the offer to be put through. */
  isTransferOffered: boolean
  /** Turns of the conversation so far, earlier sessions included. */
  turns(): number
  humanRequests: number
  messagesKept: number
  failedTurns: number
  /** What the caller said in the turns before this one, newest last. */
  heardBefore(): readonly string[]
  /** The dialogue as it would be had the caller just said `text`, to be looked at only. */
  supposing(text: string): Dialogue
  /** Begins a turn with the caller's words. */
  hear(text: string): void
  /** True when the turn repeats: the caller's words are those of the turn before, or the reply is one given before. */
  isRepetition(): boolean
  addToReply(text: string): void
  addFiller(text: string): void
  addToolRound(round: { call: ToolCall; result: string }[]): void
  /** Forgets which question is open: its answer can only be the next thing heard. */
  closeQuestions(): void
}

/** Where a reply begins among the lines, and what was said beside it. */
interface Reply {
  start: number
  fillers: string[]
}

const maxHistoryLines = 60
const maxHistoryChars = 16_000
const maxHeardTurns = 3

/**
 * `history`: the conversation so far, in order (empty for a fresh call; what the journal holds for a restored one).
 * The greeting is no part of it until the channel records it with `recordReply`.
 * `take-message`: nobody answered the transfer, so that a message is asked for and no further transfer is made.
 */
export function createDialogue(receptionist: Receptionist, history: readonly Message[], mode: 'normal' | 'take-message'): Dialogue {
  const lines: ChatMessage[] = history.flatMap(({ role, text }) => {
    if (role === 'event' || text === '') return []
    return [role === 'caller' ? { role: 'user', content: callerData(text) } : { role: 'assistant', content: text }]
  })
  let reply: Reply = { start: lines.length, fillers: [] }
  /** The one before, and where it ends. */
  let earlier: Reply & { end: number } = { ...reply, end: reply.start }
  let heard = history.filter(({ role }) => role === 'caller').map(({ text }) => text)
  let turns = heard.length
  const happened = (event: Message['event']) => history.filter((message) => message.event === event).length

  const endReply = () => {
    if (lines.length > reply.start) earlier = { ...reply, end: lines.length }
  }
  const nothingSaid = (): Reply => ({ start: lines.length, fillers: [] })

  const openReply = () => {
    const last = lines.length > reply.start ? lines.at(-1) : undefined
    if (last?.role === 'assistant' && !last.toolCalls) return last
    const line: ChatMessage = { role: 'assistant', content: '' }
    lines.push(line)
    return line
  }

  const dialogue: Dialogue = {
    receptionist,
    mode,
    language: receptionist.tenant.knowledge.voice.language,
    phrases: () => phrasesFor(dialogue.language),
    reprompt() {
      const { isThatRight, askMessage, reprompt } = dialogue.phrases()
      if (dialogue.draft?.isAwaitingAnswer) return isThatRight
      return dialogue.isMessageAsked ? askMessage : reprompt
    },
    draft: null,
    isMessageAsked: mode === 'take-message',
    isModelOut: happened('model-failed') > 0,
    isTransferOffered: false,
    humanRequests: history.filter(({ role, text }) => role === 'caller' && isHumanRequest(text)).length,
    messagesKept: happened('message-taken'),
    failedTurns: 0,

    recordReply(text) {
      if (text !== dialogue.reprompt() && text !== receptionist.opening(mode)) dialogue.closeQuestions()
      endReply()
      reply = nothingSaid()
      lines.push({ role: 'assistant', content: text })
    },

    cutBack(heardText, { isEarlier } = { isEarlier: false }) {
      const isLast = !isEarlier && lines.length > reply.start
      const { start, end, fillers } = isLast ? { ...reply, end: lines.length } : earlier
      const cut = lines.slice(start, end)
      const said = textOf(cut)
      let left = heardLength(said, fillers.reduce(withoutFiller, heardText), dialogue.language)
      const kept = said.slice(0, left)
      for (const line of cut) {
        if (line.role !== 'assistant') continue
        line.content = line.content.slice(0, left)
        left -= line.content.length
      }
      const rest = cut.filter(({ role, toolCalls, content }) => role === 'tool' || toolCalls || content !== '')
      lines.splice(start, cut.length, ...rest)
      if (isLast && kept === '') dialogue.closeQuestions()
      if (!isLast) {
        earlier.end = start + rest.length
        reply.start -= cut.length - rest.length
      }
      return kept
    },

    takeUp(heardText) {
      if (heardText !== '') lines.push({ role: 'assistant', content: heardText })
      reply = nothingSaid()
    },

    recentLines: () => newest(lines),

    turns: () => turns,
    heardBefore: () => heard.slice(0, -1),

    supposing(text) {
      return {
        ...dialogue,
        turns: () => turns + 1,
        heardBefore: () => heard.slice(1 - maxHeardTurns),
        humanRequests: dialogue.humanRequests + (isHumanRequest(text) ? 1 : 0),
        recentLines: () => newest([...lines, { role: 'user', content: callerData(text) }]),
      }
    },

    hear(text) {
      turns += 1
      heard = [...heard, text].slice(-maxHeardTurns)
      if (isHumanRequest(text)) dialogue.humanRequests += 1
      endReply()
      lines.push({ role: 'user', content: callerData(text) })
      reply = nothingSaid()
    },

    isRepetition() {
      const [before, now] = heard.slice(-2).map(comparable)
      const said = comparable(textOf(lines.slice(reply.start)))
      return before === now || lines.slice(0, reply.start).some(({ role, content }) => role === 'assistant' && comparable(content) === said)
    },

    addToReply(text) {
      openReply().content += text
    },

    addFiller(text) {
      reply.fillers.push(text)
    },

    addToolRound(round) {
      openReply().toolCalls = round.map(({ call }) => call)
      lines.push(...round.map(({ call, result }): ChatMessage => ({ role: 'tool', content: result, toolCallId: call.id })))
    },

    closeQuestions() {
      dialogue.isTransferOffered = false
      dialogue.isMessageAsked = false
      if (dialogue.draft) dialogue.draft.isAwaitingAnswer = false
    },
  }
  return dialogue
}

/** The lines that a model is sent. */
function newest(lines: readonly ChatMessage[]): ChatMessage[] {
  let start = Math.max(0, lines.length - maxHistoryLines)
  let chars = lines.slice(start).reduce((sum, { content }) => sum + content.length, 0)
  while (start < lines.length - 1 && chars > maxHistoryChars) chars -= lines[start++]!.content.length
  while (start < lines.length && lines[start]!.role === 'tool') start += 1
  return lines.slice(start)
}

function textOf(lines: readonly ChatMessage[]): string {
  return lines.map(({ role, content }) => (role === 'assistant' ? content : '')).join('')
}

/** What was heard without the filler that it may begin with; a filler cut short leaves nothing. */
function withoutFiller(heard: string, filler: string): string {
  const heardWords = words(heard)
  const fillerWords = words(filler)
  const isSame = heardWords.slice(0, fillerWords.length).every(({ text }, at) => text === fillerWords[at]!.text)
  return isSame ? heard.slice(heardWords[Math.min(heardWords.length, fillerWords.length) - 1]?.end ?? 0) : heard
}
