import { defineEntity, p } from '@mikro-orm/core'
import type { ConversationEvent } from '../../domain/conversation.ts'
import { urgencies } from '../../domain/conversation.ts'
import { ofConversation } from './conversation.ts'
import { EpochMs } from './epoch-ms.ts'
import { FreeText } from './free-text.ts'
import { isolatedBy } from './isolation.ts'

/** One line of a transcript; its primary key is also the index that a transcript is read by. */
export const Message = defineEntity({
  name: 'Message',
  tableName: 'message',
  ...isolatedBy('account_id'),
  properties: {
    accountId: p.uuid().primary(),
    conversationId: p.uuid().primary(),
    conversation: ofConversation,
    key: p.text().primary(),
    seq: p.integer(),
    atMs: p.type(EpochMs).fieldName('at'),
    role: p.enum(['caller', 'receptionist', 'event'] as const),
    text: p.type(FreeText),
    event: p.text().$type<ConversationEvent>().nullable(),
    isInterrupted: p.boolean(),
    firstTokenMs: p.integer().nullable(),
    passages: p.json().$type<string[]>(),
    /** By the writer's clock: what was written sooner and is carried out later changes nothing. */
    writtenAtMs: p.type(EpochMs).fieldName('written_at').defaultRaw('now()'),
  },
})

/** What somebody at the business has to do: a message that a caller left, or a follow-up that the summary found. */
export const Task = defineEntity({
  name: 'Task',
  tableName: 'task',
  ...isolatedBy('account_id'),
  properties: {
    accountId: p.uuid().primary(),
    conversationId: p.uuid().primary(),
    conversation: ofConversation,
    key: p.text().primary(),
    kind: p.enum(['message', 'follow-up'] as const),
    text: p.type(FreeText),
    urgency: p.enum(urgencies),
    callerName: p.type(FreeText).default(''),
    callbackNumber: p.type(FreeText).default(''),
    isDone: p.boolean().default(false),
    createdAtMs: p.type(EpochMs).fieldName('created_at'),
  },
})

/** A question that the knowledge base didn't answer. */
export const KnowledgeGap = defineEntity({
  name: 'KnowledgeGap',
  tableName: 'knowledge_gap',
  ...isolatedBy('account_id'),
  properties: {
    accountId: p.uuid().primary(),
    conversationId: p.uuid().primary(),
    conversation: ofConversation,
    key: p.text().primary(),
    question: p.type(FreeText),
    createdAtMs: p.type(EpochMs).fieldName('created_at'),
  },
})
