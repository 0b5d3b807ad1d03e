import { z } from 'zod'

export const channels = ['call', 'sms', 'chat', 'email'] as const
export type Channel = (typeof channels)[number]

/** Names one conversation across accounts' borders; the only thing that a workflow is told about it. */
export const conversationRefSchema = z.strictObject({ accountId: z.uuid(), conversationId: z.uuid() })
export type ConversationRef = z.infer<typeof conversationRefSchema>

/** What happened beside the words; each is a line of the transcript, and what the outcome is settled by. */
export const conversationEvents = [
  'emergency',
  'transfer-requested',
  'transfer-answered',
  'transfer-unanswered',
  'message-taken',
  'message-failed',
  'knowledge-gap',
  'recording-objected',
  'contact-opted-out',
  'keypad',
  'language-changed',
  'reconnected',
  'model-failed',
  'ended-by-receptionist',
  'ended-by-silence',
  'ended-unproductive',
  'ended-by-bound',
] as const
export type ConversationEvent = (typeof conversationEvents)[number]

/**
 * One line of a transcript. `key` is unique within the conversation and made by the writer, so that writing a line
 * again corrects it instead of doubling it (a reply that the caller cut off is written again, shorter).
 */
export interface Message {
  key: string
  /** Order among lines with the same time. */
  seq: number
  atMs: number
  role: 'caller' | 'receptionist' | 'event'
  text: string
  event: ConversationEvent | null
  isInterrupted: boolean
  /** Prompt received to first token sent, milliseconds; null for what no model spoke. */
  firstTokenMs: number | null
  /** Ids of the knowledge passages that the reply is taken from, as far as can be told. */
  passages: string[]
}

export const directions = ['inbound', 'outbound'] as const
export type Direction = (typeof directions)[number]

/**
 * Where a call's recording stands. `starting` is claimed by exactly one starter; `objected` is final: nothing of it is
 * kept; `stored` is here and still at the vendor, `deleted` here only; `missing` means the vendor had none in time.
 */
export const recordingStates = ['off', 'due', 'starting', 'started', 'objected', 'stored', 'deleted', 'missing'] as const
export type RecordingState = (typeof recordingStates)[number]

export const urgencies = ['low', 'normal', 'urgent'] as const

/** A message that a caller leaves for the business, read back and confirmed before it is kept. */
export const takenMessageSchema = z.strictObject({
  callerName: z.string().trim().max(120).default(''),
  callbackNumber: z.string().trim().max(40).default(''),
  text: z.string().trim().min(1).max(2_000),
  urgency: z.enum(urgencies).default('normal'),
})
export type TakenMessage = z.infer<typeof takenMessageSchema>
