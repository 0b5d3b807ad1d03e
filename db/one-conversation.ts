import type { EntityManager } from '@mikro-orm/postgresql'
import type { ConversationRef } from '../domain/conversation.ts'
import { tables } from './tables.ts'

export const selectConversation = (em: EntityManager, { accountId, conversationId }: ConversationRef) =>
  tables(em).selectFrom('conversation').where('accountId', '=', accountId).where('id', '=', conversationId)

export const updateConversation = (em: EntityManager, { accountId, conversationId }: ConversationRef) =>
  tables(em).updateTable('conversation').where('accountId', '=', accountId).where('id', '=', conversationId)
