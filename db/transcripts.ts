import type { EntityManager } from '@mikro-orm/postgresql'
import type { ConversationRef, Message, TakenMessage } from '../domain/conversation.ts'
import type { Database } from './database.ts'
import { tables } from './tables.ts'

export interface Transcripts {
  /** Writes lines; a line whose key is there already is replaced, so the last writer is right. One statement. */
  write(ref: ConversationRef, messages: readonly Message[]): Promise<void>
  /** All lines, in the order in which they were said. */
  read(ref: ConversationRef): Promise<Message[]>
  /** Keeps a message for the business as a task, with its line in the transcript. The same key again changes nothing. */
  keepMessage(ref: ConversationRef, key: string, message: TakenMessage, atMs: number): Promise<void>
}

const columns = ['key', 'seq', 'atMs', 'role', 'text', 'event', 'isInterrupted', 'firstTokenMs', 'passages'] as const

export function createTranscripts(database: Database): Transcripts {
  return {
    write: async (ref, messages) => {
      // One statement can't touch a row twice, and two that take rows in another order could lock each other out.
      const latest = [...new Map(messages.map((message) => [message.key, message])).values()]
      const rows = latest.toSorted((a, b) => (a.key < b.key ? -1 : 1))
      if (rows.length === 0) return
      await database.forAccount(ref.accountId, (em) =>
        insertLines(em, ref, rows)
          .onConflict((conflict) =>
            conflict.columns(['accountId', 'conversationId', 'key']).doUpdateSet(({ ref: column }) => ({
              seq: column('excluded.seq'),
              atMs: column('excluded.atMs'),
              role: column('excluded.role'),
              text: column('excluded.text'),
              event: column('excluded.event'),
              isInterrupted: column('excluded.isInterrupted'),
              firstTokenMs: column('excluded.firstTokenMs'),
              passages: column('excluded.passages'),
            })),
          )
          .execute(),
      )
    },

    read: (ref) => database.forAccount(ref.accountId, (em) => readLines(em, ref)),

    keepMessage: ({ accountId, conversationId }, key, { callerName, callbackNumber, text, urgency }, atMs) =>
      database.forAccount(accountId, async (em) => {
        const kept = await tables(em)
          .insertInto('task')
          .values({
            accountId,
            conversationId,
            key,
            kind: 'message',
            text,
            urgency,
            callerName,
            callbackNumber,
            createdAtMs: atMs,
          })
          .onConflict((conflict) => conflict.doNothing())
          .returning('key')
          .executeTakeFirst()
        if (!kept) return
        const ref = { accountId, conversationId }
        await insertEvent(em, ref, { key: `message-taken:${key}`, atMs, event: 'message-taken', text })
      }),
  }
}

/** All lines of a conversation, in the order in which they were said. */
export const readLines = (em: EntityManager, { accountId, conversationId }: ConversationRef): Promise<Message[]> =>
  tables(em)
    .selectFrom('message')
    .select(columns)
    .where('accountId', '=', accountId)
    .where('conversationId', '=', conversationId)
    .orderBy('atMs')
    .orderBy('seq')
    .execute()

/** The line of what happened, in the transaction of what made it happen. The same key again changes nothing. */
export async function insertEvent(
  em: EntityManager,
  ref: ConversationRef,
  happened: Pick<Message, 'key' | 'atMs' | 'event' | 'text'>,
): Promise<void> {
  const line: Message = { ...happened, seq: 0, role: 'event', isInterrupted: false, firstTokenMs: null, passages: [] }
  await insertLines(em, ref, [line])
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

const insertLines = (em: EntityManager, { accountId, conversationId }: ConversationRef, lines: readonly Message[]) =>
  tables(em)
    .insertInto('message')
    .values(
      lines.map(({ key, seq, atMs, role, text, event, isInterrupted, firstTokenMs, passages }) => ({
        accountId,
        conversationId,
        key,
        seq,
        atMs,
        role,
        text,
        event,
        isInterrupted,
        firstTokenMs,
        passages,
      })),
    )
