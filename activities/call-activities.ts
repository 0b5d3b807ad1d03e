import { Failure } from '../domain/failure.ts'
import type { ConversationRef } from '../domain/conversation.ts'
import type { ConversationActivityDeps } from './conversation-activity-deps.ts'

/** Statuses of a call at Twilio after which nothing follows. */
const overStatuses = new Set(['completed', 'busy', 'failed', 'no-answer', 'canceled'])
const sweepLimit = 200
/** By then a wrap-up is done, or waits for something that the sweeper can't bring nearer. */
const sweepAgainAfterMs = 10 * 60_000

/** Loads what is known of a conversation. @throws Failure `not-found`: it was erased, and nothing is left to wrap up. */
export async function loadConversation({ wrapUps }: Pick<ConversationActivityDeps, 'wrapUps'>, ref: ConversationRef) {
  const conversation = await wrapUps.load(ref)
  if (!conversation) throw new Failure('not-found', 'There is no such conversation')
  return conversation
}

/** A call's end, its usage, and the row's own word on what is left to do. */
export function createCallActivities(deps: ConversationActivityDeps) {
  const { calls, directory, transcripts, twilio, wrapUps, nowMs } = deps

  /** The end as our own records have it, for a call about which Twilio has nothing (more) to say. */
  async function endByOwnRecords(
    ref: ConversationRef,
    { startedAtMs, endedAtMs }: { startedAtMs: number; endedAtMs: number | null },
  ) {
    const endMs = endedAtMs ?? (await transcripts.read(ref)).at(-1)?.atMs ?? startedAtMs
    return { endedAtMs: endMs, durationSeconds: Math.max(0, Math.ceil((endMs - startedAtMs) / 1000)) }
  }

  async function endByTwilio(callSid: string) {
    const { status, durationSeconds, endedAtMs } = await twilio.fetchCall(callSid)
    if (!overStatuses.has(status)) return null
    // Twilio knows that a call is over before it knows how long it was.
    if (status === 'completed' && durationSeconds === null) return null
    return { endedAtMs: endedAtMs ?? nowMs(), durationSeconds: durationSeconds ?? 0 }
  }

  return {
    /** True once the call is over and its length known, which is then kept. `isLastLook`: no better word will come. */
    async confirmEnded(ref: ConversationRef, { isLastLook }: { isLastLook: boolean }): Promise<boolean> {
      const call = await loadConversation(deps, ref)
      if (call.endedAtMs !== null && call.durationSeconds !== null) return true
      const confirmed = await endByTwilio(call.externalId).catch((error: Failure) => {
        if (isLastLook && error.code === 'vendor-refused') return null
        throw error
      })
      const end = confirmed ?? (isLastLook ? await endByOwnRecords(ref, call) : null)
      if (end) await calls.reportEnd(ref, { ...end, atMs: nowMs() })
      return end !== null
    },

    async meterUsage(ref: ConversationRef): Promise<void> {
      const { durationSeconds, startedAtMs } = await loadConversation(deps, ref)
      if (durationSeconds === null) throw new Failure('internal', 'A call is metered before its length is known')
      await wrapUps.meter(ref, {
        kind: 'call',
        quantitySeconds: durationSeconds,
        occurredAtMs: startedAtMs,
        atMs: nowMs(),
      })
    },

    markWrappedUp: (ref: ConversationRef): Promise<void> => wrapUps.markWrappedUp(ref, nowMs()),

    /** Ids only: accounts, conversations, and calls' SIDs. */
    listDueWrapUps: () => directory.listDueWrapUps(nowMs(), sweepLimit),

    /** Moves what was started behind what was not looked at yet, so that no number of slow wrap-ups hides a lost one. */
    async passByForNow(refs: readonly ConversationRef[]): Promise<void> {
      for (const ref of refs) await wrapUps.sweepAgainAt(ref, nowMs() + sweepAgainAfterMs)
    },
  }
}
