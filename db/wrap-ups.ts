import type { EntityManager } from '@mikro-orm/postgresql'
import type { Channel, ConversationRef, RecordingState, TakenMessage } from '../domain/conversation.ts'
import type { Outcome, WrapUp } from '../domain/outcome.ts'
import type { Database } from './database.ts'
import { selectConversation, updateConversation } from './one-conversation.ts'
import { tables } from './tables.ts'

export interface ConversationTask {
  key: string
  kind: 'message' | 'follow-up'
  text: string
  urgency: TakenMessage['urgency']
  callerName: string
  callbackNumber: string
  createdAtMs: number
}

/** A conversation as its wrap-up sees it. */
export interface WrapUpRecord {
  channel: Channel
  externalId: string
  callerNumber: string
  calledNumber: string
  startedAtMs: number
  endedAtMs: number | null
  durationSeconds: number | null
  recordingState: RecordingState
  recordingSid: string | null
  outcome: Outcome | null
  summary: string | null
  isSummarised: boolean
  isOwnerTold: boolean
  isWrappedUp: boolean
  knowledgeVersion: number
  tasks: ConversationTask[]
  gaps: string[]
}

export interface Settlement {
  outcome: Outcome
  /** Null when no model could be asked. */
  summary: string | null
  /** Follow-ups, beside the messages that were kept during the call. */
  tasks: WrapUp['tasks']
  gaps: string[]
  atMs: number
}

export interface WrapUps {
  load(ref: ConversationRef): Promise<WrapUpRecord | null>
  /** Keeps what came of the conversation, all of it or nothing, once: the first settlement stands. */
  settle(ref: ConversationRef, settlement: Settlement): Promise<void>
  /** One usage record a conversation: the first stands. */
  meter(
    ref: ConversationRef,
    usage: { kind: 'call'; quantitySeconds: number; occurredAtMs: number; atMs: number },
  ): Promise<void>
  markOwnerTold(ref: ConversationRef, atMs: number): Promise<void>
  /** Nothing is left to do: the sweeper passes it by from now on. */
  markWrappedUp(ref: ConversationRef, atMs: number): Promise<void>
  /** Somebody is at it: the sweeper passes it by until `atMs`, and sees what comes after it in the queue. */
  sweepAgainAt(ref: ConversationRef, atMs: number): Promise<void>
}

export function createWrapUps(database: Database): WrapUps {
  return {
    load: (ref) =>
      database.forAccount(ref.accountId, async (em) => {
        const found = await selectConversation(em, ref)
          .select(['channel', 'externalId', 'callerNumber', 'calledNumber', 'startedAtMs', 'endedAtMs'])
          .select(['durationSeconds', 'recordingState', 'recordingSid', 'outcome', 'summary', 'knowledgeVersion'])
          .select(['summarisedAtMs', 'ownerToldAtMs', 'wrappedUpAtMs'])
          .executeTakeFirst()
        if (!found) return null
        const { summarisedAtMs, ownerToldAtMs, wrappedUpAtMs, ...facts } = found
        return {
          ...facts,
          isSummarised: summarisedAtMs !== null,
          isOwnerTold: ownerToldAtMs !== null,
          isWrappedUp: wrappedUpAtMs !== null,
          tasks: await tasksOf(em, ref),
          gaps: await gapsOf(em, ref),
        }
      }),

    settle: (ref, { outcome, summary, tasks, gaps, atMs }) =>
      database.forAccount(ref.accountId, async (em) => {
        const settled = await updateConversation(em, ref)
          .set({ outcome, summary, summarisedAtMs: atMs })
          .where('summarisedAtMs', 'is', null)
          .returning('id')
          .executeTakeFirst()
        if (!settled) return
        const row = { accountId: ref.accountId, conversationId: ref.conversationId, createdAtMs: atMs }
        if (tasks.length > 0) {
          const followUps = tasks.map(({ text, urgency }, index) => ({
            ...row,
            key: `follow-up:${index}`,
            kind: 'follow-up' as const,
            text,
            urgency,
          }))
          await tables(em).insertInto('task').values(followUps).execute()
        }
        if (gaps.length > 0) {
          const questions = gaps.map((question, index) => ({ ...row, key: `gap:${index}`, question }))
          await tables(em).insertInto('knowledge_gap').values(questions).execute()
        }
      }),

    meter: ({ accountId, conversationId }, { kind, quantitySeconds, occurredAtMs, atMs }) =>
      database.forAccount(accountId, async (em) => {
        await tables(em)
          .insertInto('usage_record')
          .values({ accountId, conversationId, kind, quantitySeconds, occurredAtMs, createdAtMs: atMs })
          .onConflict((conflict) => conflict.doNothing())
          .execute()
      }),

    markOwnerTold: (ref, atMs) =>
      database.forAccount(ref.accountId, async (em) => {
        await updateConversation(em, ref).set({ ownerToldAtMs: atMs }).where('ownerToldAtMs', 'is', null).execute()
      }),

    markWrappedUp: (ref, atMs) =>
      database.forAccount(ref.accountId, async (em) => {
        await updateConversation(em, ref).set({ wrappedUpAtMs: atMs }).where('wrappedUpAtMs', 'is', null).execute()
      }),

    sweepAgainAt: (ref, atMs) =>
      database.forAccount(ref.accountId, async (em) => {
        await updateConversation(em, ref).set({ wrapUpDueAtMs: atMs }).where('wrapUpDueAtMs', '<', atMs).execute()
      }),
  }
}

const tasksOf = (em: EntityManager, { accountId, conversationId }: ConversationRef): Promise<ConversationTask[]> =>
  tables(em)
    .selectFrom('task')
    .select(['key', 'kind', 'text', 'urgency', 'callerName', 'callbackNumber', 'createdAtMs'])
    .where('accountId', '=', accountId)
    .where('conversationId', '=', conversationId)
    .orderBy('createdAtMs')
    .orderBy('key')
    .execute()

async function gapsOf(em: EntityManager, { accountId, conversationId }: ConversationRef): Promise<string[]> {
  const gaps = await tables(em)
    .selectFrom('knowledge_gap')
    .select('question')
    .where('accountId', '=', accountId)
    .where('conversationId', '=', conversationId)
    .orderBy('createdAtMs')
    .orderBy('key')
    .execute()
  return gaps.map(({ question }) => question)
}
