import { z } from 'zod'
import type { ConversationEvent, Message } from './conversation.ts'
import { urgencies } from './conversation.ts'

export const outcomes = ['answered', 'message-taken', 'transferred', 'abandoned', 'spam', 'emergency', 'failed'] as const
export type Outcome = (typeof outcomes)[number]

/** What the model may say of a finished conversation. */
export const wrapUpSchema = z.strictObject({
  summary: z.string().trim().min(1).max(1_200),
  outcome: z.enum(outcomes),
  tasks: z.array(z.strictObject({ text: z.string().trim().min(1).max(500), urgency: z.enum(urgencies) })).max(10),
  gaps: z.array(z.string().trim().min(1).max(500)).max(10),
})
export type WrapUp = z.infer<typeof wrapUpSchema>

/**
 * The outcome that is kept. What happened outranks what the model believes: a transfer that was answered is a transfer,
 * and no model can talk an emergency away. `believed` is null when no model could be asked.
 */
export function settleOutcome(messages: readonly Message[], believed: Outcome | null): Outcome {
  const happened = (event: ConversationEvent) => messages.some((message) => message.event === event)
  if (happened('emergency')) return 'emergency'
  if (happened('transfer-answered')) return 'transferred'
  if (happened('message-taken')) return 'message-taken'
  if (!messages.some(({ role }) => role === 'caller')) return happened('model-failed') ? 'failed' : 'abandoned'
  const isAnswered = messages.some(({ role, passages }) => role === 'receptionist' && passages.length > 0)
  if (happened('model-failed') && !isAnswered) return 'failed'
  const factual: readonly Outcome[] = ['emergency', 'transferred', 'message-taken', 'failed']
  if (believed && !factual.includes(believed)) return believed
  return isAnswered ? 'answered' : 'abandoned'
}
