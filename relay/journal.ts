import { createCalls } from '../db/calls.ts'
import type { Database } from '../db/database.ts'
import { createTranscripts } from '../db/transcripts.ts'
import type { ConversationRef, RecordingState, TakenMessage } from '../domain/conversation.ts'
import type { Logger } from '../providers/logger.ts'
import type { Clock } from './clock.ts'
import { createLineWriter } from './line-writer.ts'
import type { RelayMetrics } from './relay-metrics.ts'

export interface JournalOptions {
  database: Database
  logger: Logger
  metrics: RelayMetrics
  clock: Clock
}

export type Journal = ReturnType<typeof createJournal>

/**
 * All that a live call writes. Lines of the transcript are written behind, off the path of the turn, and kept in memory
 * while the database is away. What a caller is told about ("saved", "stopped") is awaited.
 */
export function createJournal({ database, logger, metrics, clock }: JournalOptions) {
  const { writeAll, keepMessage } = createTranscripts(database)
  const calls = createCalls(database)

  return {
    ...createLineWriter({ writeAll, logger, metrics, clock }),

    /** Resolves when the message is in the database. @throws Failure `database-unavailable`. */
    keepMessage: (ref: ConversationRef, key: string, message: TakenMessage): Promise<void> =>
      keepMessage(ref, key, message, clock.nowMs()),

    /** Resolves when it is kept that the caller is not to be called or texted again. @throws Failure `database-unavailable`. */
    optOutContact: (ref: ConversationRef): Promise<void> => calls.optOutContact(ref, clock.nowMs()),

    /** True for exactly one caller of a call whose recording is due. @throws Failure `database-unavailable`. */
    claimRecording: (ref: ConversationRef): Promise<boolean> => calls.claimRecording(ref),

    /** @throws Failure `database-unavailable`. */
    setRecording: (ref: ConversationRef, recording: { state: RecordingState; recordingSid?: string }): Promise<RecordingState> =>
      calls.setRecording(ref, recording),
  }
}
