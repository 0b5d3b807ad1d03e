import type { EntityManager } from '@mikro-orm/postgresql'
import type { ConversationRef, Message, TakenMessage } from '../domain/conversation.ts'
import { Failure } from '../domain/failure.ts'
import type { Database } from './database.ts'
import { databaseFailure } from './database-failure.ts'
import { storable } from './entities/free-text.ts'
import { tables } from './tables.ts'

/** Lines of one account, each key of a conversation once. */
export interface LineBatch {
  accountId: string
  /** `writtenAtMs`: by the writer's clock; now when left out. */
  lines: readonly { ref: ConversationRef; line: Message; writtenAtMs?: number }[]
}

export interface Transcripts {
  /** Writes lines; a line whose key is there already is replaced, so the last writer is right. */
  write(ref: ConversationRef, messages: readonly Message[]): Promise<void>
  /**
   * Writes each batch as a whole or not at all, in one round trip; resolves to what kept it from being written, batch by
   * batch: `not-found` (its conversation is gone), `request-malformed`, and whatever may pass. A line is not
   * replaced by what was written before it.
   * @throws Failure `database-unavailable`: any of them may be written.
   */
  writeAll(batches: readonly LineBatch[]): Promise<(Failure | null)[]>
  /** All lines, in the order in which they were said. */
  read(ref: ConversationRef): Promise<Message[]>
  /** Keeps a message for the business as a task, with its line in the transcript. The same key again changes nothing. */
  keepMessage(ref: ConversationRef, key: string, message: TakenMessage, atMs: number): Promise<void>
}

const columns = ['key', 'seq', 'atMs', 'role', 'text', 'event', 'isInterrupted', 'firstTokenMs', 'passages'] as const

export function createTranscripts(database: Database): Transcripts {
  /**
   * Not through the query builder: at 250 lines a second it took 0.5 ms of the relay's core for each, with four round
   * trips; this takes a tenth. Each batch is a transaction of its own that states its account, inside the procedure.
   */
  async function writeAll(batches: readonly LineBatch[]) {
    const storables = batches.map(({ accountId, lines }) => ({
      accountId,
      lines: lines.map(({ ref, line, writtenAtMs }) => ({ ...line, conversationId: ref.conversationId, text: storable(line.text), writtenAtMs })),
    }))
    const refusals = await database.call<(string | null)[]>('write_lines', storables)
    return refusals.map((sqlState) => (sqlState === null ? null : refusalOf(sqlState)))
  }

  return {
    write: async (ref, messages) => {
      const latest = new Map(messages.map((line) => [line.key, { ref, line }]))
      const [refusal] = await writeAll([{ accountId: ref.accountId, lines: [...latest.values()] }])
      if (refusal) throw refusal
    },

    writeAll,

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
  { accountId, conversationId }: ConversationRef,
  happened: Pick<Message, 'key' | 'atMs' | 'event' | 'text'>,
): Promise<void> {
  const line: Message = { ...happened, seq: 0, role: 'event', isInterrupted: false, firstTokenMs: null, passages: [] }
  await tables(em)
    .insertInto('message')
    .values({ accountId, conversationId, ...line })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Classes of SQLSTATEs that say what is wrong with the row: its values, a constraint, its size. */
const unfit = /^(2[123]|54)/

function refusalOf(sqlState: string): Failure {
  if (sqlState === '23503') return new Failure('not-found', 'There is no such conversation')
  if (unfit.test(sqlState)) return new Failure('request-malformed', `PostgreSQL ${sqlState}`)
  return databaseFailure({ code: sqlState, message: '' }) as Failure
}
