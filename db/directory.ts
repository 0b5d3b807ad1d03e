import type { Channel, ConversationRef } from '../domain/conversation.ts'
import type { AccountStatus } from '../domain/knowledge.ts'
import type { Database } from './database.ts'
import { tables } from './tables.ts'

/** The only look-ups across accounts: from what the outside world knows to whose it is. */
export interface Directory {
  /** Null when nobody has the number, or has given it up. */
  findAccountByNumber(e164: string): Promise<{ accountId: string; status: AccountStatus } | null>
  findConversationByExternalId(
    channel: Channel,
    externalId: string,
  ): Promise<(ConversationRef & { isWrappedUp: boolean }) | null>
  /** Conversations whose wrap-up should have been done by `nowMs`, the longest due first. */
  listDueWrapUps(nowMs: number, limit: number): Promise<(ConversationRef & { externalId: string })[]>
}

export function createDirectory(database: Database): Directory {
  return {
    findAccountByNumber: async (e164) => {
      const found = await database.asDirectory((em) =>
        tables(em)
          .selectFrom('phone_number')
          .innerJoin('account', 'account.id', 'phone_number.accountId')
          .select(['account.id as accountId', 'account.status'])
          .where('phone_number.e164', '=', e164)
          .where('phone_number.isActive', '=', true)
          .executeTakeFirst(),
      )
      return found ?? null
    },

    findConversationByExternalId: async (channel, externalId) => {
      const found = await database.asDirectory((em) =>
        tables(em)
          .selectFrom('conversation')
          .select(['accountId', 'id', 'wrappedUpAtMs'])
          .where('externalId', '=', externalId)
          .where('channel', '=', channel)
          .executeTakeFirst(),
      )
      if (!found) return null
      return { accountId: found.accountId, conversationId: found.id, isWrappedUp: found.wrappedUpAtMs !== null }
    },

    listDueWrapUps: async (nowMs, limit) => {
      const due = await database.asDirectory((em) =>
        tables(em)
          .selectFrom('conversation')
          .select(['accountId', 'id', 'externalId'])
          .where('wrappedUpAtMs', 'is', null)
          .where('wrapUpDueAtMs', '<=', nowMs)
          .orderBy('wrapUpDueAtMs')
          .limit(limit)
          .execute(),
      )
      return due.map(({ accountId, id, externalId }) => ({ accountId, conversationId: id, externalId }))
    },
  }
}
