import type { EntityManager } from '@mikro-orm/postgresql'
import { callBounds } from '../domain/call-bounds.ts'
import type { ConversationRef, Direction, Message, RecordingState } from '../domain/conversation.ts'
import { Failure } from '../domain/failure.ts'
import { e164Schema } from '../domain/phone-number.ts'
import type { Database } from './database.ts'
import { selectConversation, updateConversation } from './one-conversation.ts'
import { tables } from './tables.ts'
import { insertEvent, readLines } from './transcripts.ts'

export interface NewCall {
  accountId: string
  callSid: string
  /** As Twilio gives them; a withheld number is kept as it is and makes no contact. */
  from: string
  to: string
  direction: Direction
  knowledgeVersion: number
  recordingState: 'off' | 'due'
  startedAtMs: number
}

export interface RelaySessionClaim extends ConversationRef {
  tokenId: string
  sessionId: string
  atMs: number
  isExpired: boolean
}

export interface Calls {
  /** Writes the call down, and when its wrap-up is due at the latest. The same SID again is the same conversation. */
  open(call: NewCall): Promise<{ conversationId: string; isNew: boolean }>
  /**
   * Uses a relay token up. The same token with the same session is a reconnection (`resumed`); with another session, or
   * for a conversation that there isn't, it is `refused`. A token whose time is over is good for a reconnection only.
   */
  claimRelaySession(claim: RelaySessionClaim): Promise<'claimed' | 'resumed' | 'refused'>
  /** What a session of the call begins with; `history` is all of its lines, in the order in which they were said. */
  loadForSession(ref: ConversationRef): Promise<{ startedAtMs: number; knowledgeVersion: number; history: Message[] } | null>
  /** True once a relay has taken the call. */
  hasRelaySession(ref: ConversationRef): Promise<boolean>
  /** `due` becomes `starting`: true for exactly one caller, who then starts the recording. */
  claimRecording(ref: ConversationRef): Promise<boolean>
  /**
   * Moves the recording's state forward and keeps its SID. What came later stays: `started` doesn't undo `objected`.
   * @returns the state that holds now, so that who started a recording learns that it was objected to meanwhile
   * @throws Failure `not-found`
   */
  setRecording(
    ref: ConversationRef,
    recording: { state: RecordingState; recordingSid?: string },
  ): Promise<RecordingState>
  recording(ref: ConversationRef): Promise<{ state: RecordingState; recordingSid: string | null } | null>
  /** The call is over: its wrap-up is due at `atMs`. Of the end and the duration, the first report is kept. */
  reportEnd(
    ref: ConversationRef,
    end: { endedAtMs?: number; durationSeconds?: number; atMs: number },
  ): Promise<void>
  /** The caller wants no more calls or texts from this account; the first time is kept, with its line in the transcript. */
  optOutContact(ref: ConversationRef, atMs: number): Promise<void>
}

/** From which states a recording may come into each. */
const comesFrom: Readonly<Record<RecordingState, readonly RecordingState[]>> = {
  off: ['due', 'starting'],
  due: ['starting'],
  starting: ['due'],
  started: ['due', 'starting', 'missing'],
  objected: ['due', 'starting', 'started', 'missing'],
  stored: ['due', 'starting', 'started', 'missing'],
  deleted: ['stored'],
  missing: ['due', 'starting', 'started'],
}

export function createCalls(database: Database): Calls {
  return {
    open: ({ accountId, callSid, from, to, direction, knowledgeVersion, recordingState, startedAtMs }) =>
      database.forAccount(accountId, async (em) => {
        const contactId = await contactOf(em, accountId, direction === 'inbound' ? from : to)
        const made = await tables(em)
          .insertInto('conversation')
          .values({
            accountId,
            channel: 'call',
            externalId: callSid,
            contactId,
            direction,
            calledNumber: to,
            callerNumber: from,
            knowledgeVersion,
            recordingState,
            startedAtMs,
            wrapUpDueAtMs: startedAtMs + callBounds.lostCallAfterMs,
          })
          .onConflict((conflict) => conflict.doNothing())
          .returning('id')
          .executeTakeFirst()
        if (made) return { conversationId: made.id, isNew: true }
        const { id } = await tables(em)
          .selectFrom('conversation')
          .select('id')
          .where('accountId', '=', accountId)
          .where('channel', '=', 'call')
          .where('externalId', '=', callSid)
          .executeTakeFirstOrThrow()
        return { conversationId: id, isNew: false }
      }),

    claimRelaySession: ({ accountId, conversationId, tokenId, sessionId, atMs, isExpired }) =>
      database.forAccount(accountId, async (em) => {
        const conversation = await selectConversation(em, { accountId, conversationId }).select('id').executeTakeFirst()
        if (!conversation) return 'refused'
        const session = { accountId, tokenId, conversationId, sessionId, connectedAtMs: atMs }
        const claim = tables(em).insertInto('relay_session').values(session)
        const made = isExpired
          ? undefined
          : await claim
              .onConflict((conflict) => conflict.doNothing())
              .returning('tokenId')
              .executeTakeFirst()
        if (made) return 'claimed'
        const earlier = await tables(em)
          .selectFrom('relay_session')
          .select(['conversationId', 'sessionId'])
          .where('accountId', '=', accountId)
          .where('tokenId', '=', tokenId)
          .executeTakeFirst()
        return earlier?.conversationId === conversationId && earlier.sessionId === sessionId ? 'resumed' : 'refused'
      }),

    loadForSession: (ref) =>
      database.forAccount(ref.accountId, async (em) => {
        const call = await selectConversation(em, ref).select(['startedAtMs', 'knowledgeVersion']).executeTakeFirst()
        return call ? { ...call, history: await readLines(em, ref) } : null
      }),

    hasRelaySession: ({ accountId, conversationId }) =>
      database.forAccount(accountId, async (em) => {
        const session = tables(em).selectFrom('relay_session').select('tokenId')
        const found = await session.where('accountId', '=', accountId).where('conversationId', '=', conversationId).limit(1).executeTakeFirst()
        return found !== undefined
      }),

    claimRecording: (ref) =>
      database.forAccount(ref.accountId, async (em) => {
        const claimed = await updateConversation(em, ref)
          .set({ recordingState: 'starting' })
          .where('recordingState', '=', 'due')
          .returning('id')
          .executeTakeFirst()
        return claimed !== undefined
      }),

    setRecording: (ref, { state, recordingSid }) =>
      database.forAccount(ref.accountId, async (em) => {
        await updateConversation(em, ref)
          .set({ recordingState: state })
          .where('recordingState', 'in', comesFrom[state])
          .execute()
        const after = recordingSid
          ? await updateConversation(em, ref).set({ recordingSid }).returning('recordingState').executeTakeFirst()
          : await selectConversation(em, ref).select('recordingState').executeTakeFirst()
        if (!after) throw new Failure('not-found', 'No such conversation')
        return after.recordingState
      }),

    recording: (ref) =>
      database.forAccount(ref.accountId, async (em) => {
        const found = await selectConversation(em, ref).select(['recordingState', 'recordingSid']).executeTakeFirst()
        return found ? { state: found.recordingState, recordingSid: found.recordingSid } : null
      }),

    reportEnd: (ref, { endedAtMs, durationSeconds, atMs }) =>
      database.forAccount(ref.accountId, async (em) => {
        await updateConversation(em, ref).set({ wrapUpDueAtMs: atMs }).where('wrapUpDueAtMs', '>', atMs).execute()
        if (endedAtMs !== undefined) {
          await updateConversation(em, ref).set({ endedAtMs }).where('endedAtMs', 'is', null).execute()
        }
        if (durationSeconds !== undefined) {
          await updateConversation(em, ref).set({ durationSeconds }).where('durationSeconds', 'is', null).execute()
        }
      }),

    optOutContact: (ref, atMs) =>
      database.forAccount(ref.accountId, async (em) => {
        await tables(em)
          .updateTable('contact')
          .set({ optedOutAtMs: atMs })
          .where('accountId', '=', ref.accountId)
          .where('id', 'in', selectConversation(em, ref).select('contactId'))
          .where('optedOutAtMs', 'is', null)
          .execute()
        const event = 'contact-opted-out'
        await insertEvent(em, ref, { key: event, atMs, event, text: '' })
      }),
  }
}

async function contactOf(em: EntityManager, accountId: string, phone: string): Promise<string | null> {
  if (!e164Schema.safeParse(phone).success) return null
  const made = await tables(em)
    .insertInto('contact')
    .values({ accountId, phone })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (made) return made.id
  const { id } = await tables(em)
    .selectFrom('contact')
    .select('id')
    .where('accountId', '=', accountId)
    .where('phone', '=', phone)
    .executeTakeFirstOrThrow()
  return id
}
