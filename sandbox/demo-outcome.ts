import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../db/database.ts'
import { createDirectory } from '../db/directory.ts'
import { createRecordings } from '../db/recordings.ts'
import { tables } from '../db/tables.ts'
import { createTranscripts } from '../db/transcripts.ts'
import { createWrapUps, type WrapUpRecord } from '../db/wrap-ups.ts'
import type { ConversationRef } from '../domain/conversation.ts'

const keptWithinMs = 5_000
const wrappedUpWithinMs = 120_000

export interface CallOutcome {
  record: WrapUpRecord | null
  recordingBytes: number
  usageSeconds: number[]
  /** What should be in the database and is not; empty when the call was answered, stored, summarised and metered. */
  missing: string[]
}

/** Waits until the wrap-up of a call that is over is done, and looks in the database for what must be there then. */
export async function awaitOutcome(database: Database, callSid: string): Promise<CallOutcome> {
  const directory = createDirectory(database)
  const beganAtMs = Date.now()
  let found = await directory.findConversationByExternalId('call', callSid)
  while (!found?.isWrappedUp && Date.now() - beganAtMs < (found ? wrappedUpWithinMs : keptWithinMs)) {
    await sleep(100)
    found = await directory.findConversationByExternalId('call', callSid)
  }
  if (!found) return { record: null, recordingBytes: 0, usageSeconds: [], missing: ['the call is not in the database'] }
  return look(database, found, found.isWrappedUp)
}

async function look(database: Database, ref: ConversationRef, isWrappedUp: boolean): Promise<CallOutcome> {
  const [record, messages, recording, usageSeconds] = await Promise.all([
    createWrapUps(database).load(ref),
    createTranscripts(database).read(ref),
    createRecordings(database, []).find(ref),
    usageOf(database, ref),
  ])
  const claims: [isTrue: boolean, otherwise: string][] = [
    [messages.some(({ role, passages }) => role === 'receptionist' && passages.length > 0), 'no answer from the knowledge base is in the transcript'],
    [messages.some(({ role }) => role === 'caller'), 'nothing that the caller said is in the transcript'],
    [record?.endedAtMs != null, 'the end of the call is not stored'],
    [recording !== null && recording.byteLength > 0, `the recording is not stored (${record?.recordingState})`],
    [Boolean(record?.summary), 'there is no summary'],
    [record?.outcome != null, 'there is no outcome'],
    [usageSeconds.length === 1, `there are ${usageSeconds.length} usage records instead of one`],
    [isWrappedUp, `the wrap-up was not done within ${wrappedUpWithinMs / 1_000} s`],
  ]
  const missing = claims.filter(([isTrue]) => !isTrue).map(([, otherwise]) => otherwise)
  return { record, recordingBytes: recording?.byteLength ?? 0, usageSeconds, missing }
}

async function usageOf(database: Database, { accountId, conversationId }: ConversationRef): Promise<number[]> {
  const records = await database.forAccount(accountId, (em) =>
    tables(em)
      .selectFrom('usage_record')
      .select('quantitySeconds')
      .where('accountId', '=', accountId)
      .where('conversationId', '=', conversationId)
      .execute(),
  )
  return records.map(({ quantitySeconds }) => quantitySeconds)
}

/** How many calls of the account are in the database. */
export async function countCalls(database: Database, accountId: string): Promise<number> {
  const { count } = await database.forAccount(accountId, (em) =>
    tables(em)
      .selectFrom('conversation')
      .select((expression) => expression.fn.countAll<string>().as('count'))
      .where('accountId', '=', accountId)
      .executeTakeFirstOrThrow(),
  )
  return Number(count)
}
