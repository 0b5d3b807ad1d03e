import type { ConversationEvent, TakenMessage } from '../domain/conversation.ts'
import type { ModelPort } from './model-port.ts'

/** What a turn needs of the channel that it is taken on. */
export interface TurnPorts {
  model: ModelPort
  /** Called per token, synchronously; the texts that are no filler, concatenated, are the spoken reply. */
  say(text: string, options?: { isFiller?: boolean }): void
  /** Resolves only when the message is really kept; the same `content` again is the same message, whichever session says so. */
  keepMessage(message: TakenMessage, content: string): Promise<void>
  /** Resolves only when the recording has stopped. */
  stopRecording(): Promise<void>
  /** Resolves only when it is kept, and on record, that the contact will not be called or texted again. */
  optOutContact(): Promise<void>
  nowMs(): number
  /** Runs `run` once after `ms`; returns its cancel. */
  after(ms: number, run: () => void): () => void
}

/** What the channel does once the reply's text was said. */
export type TurnAction =
  | { type: 'transfer'; reason: string }
  | { type: 'end'; reason: string }
  | { type: 'change-language'; language: string }

export interface TurnResult {
  /** All that was said, fillers left out. */
  text: string
  action: TurnAction | null
  events: { event: ConversationEvent; text: string }[]
  /** Ids of the knowledge passages that the reply is taken from, as far as can be told. */
  passages: string[]
  /** Heard to first token said, fillers left out, milliseconds; null for what no model spoke. */
  firstTokenMs: number | null
  /** A second request was made beside one whose first token was late, and gave the reply or not; null where none was. */
  hedge: 'won' | 'lost' | null
  /** False when the turn neither answered nor did anything; callBounds.maxUnproductiveTurns of them end the call. */
  isProductive: boolean
}
