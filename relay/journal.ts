import { createCalls } from '../db/calls.ts'
import type { Database } from '../db/database.ts'
import { createTranscripts } from '../db/transcripts.ts'
import type { ConversationRef, Message, RecordingState, TakenMessage } from '../domain/conversation.ts'
import { Failure } from '../domain/failure.ts'
import type { Logger } from '../providers/logger.ts'
import type { Clock } from './clock.ts'
import { describeError } from './describe-error.ts'
import type { RelayMetrics } from './relay-metrics.ts'

const maxQueuedLines = 50_000
const maxLinesPerWrite = 200
const maxWritesAtOnce = 4
const retryMs = { first: 50, last: 1_000 }
/** Lines that the database refuses for their own sake are tried this often; while it is away, for ever. */
const maxRefusals = 3

interface QueuedLine {
  line: Message
  sinceMs: number
}
interface Queue {
  ref: ConversationRef
  /** By key: a line that is written again before it left takes the place of the one that waits. */
  lines: Map<string, QueuedLine>
  refusals: number
  waiters: (() => void)[]
}

export interface JournalOptions {
  database: Database
  logger: Logger
  metrics: RelayMetrics
  clock: Clock
}

export type Journal = ReturnType<typeof createJournal>

/**
 * All that a live call writes. Lines of the transcript are written behind: in order per call, at once, off the path of
 * the turn, kept in memory while the database is away. What a caller is told about ("saved", "stopped") is awaited.
 */
export function createJournal({ database, logger, metrics, clock }: JournalOptions) {
  const transcripts = createTranscripts(database)
  const calls = createCalls(database)
  const queues = new Map<string, Queue>()
  const due: Queue[] = []
  let queuedLines = 0
  let writesAtOnce = 0
  let failuresInARow = 0

  const setQueued = (count: number) => metrics.journalQueued.set((queuedLines = count))

  function pump() {
    while (writesAtOnce < maxWritesAtOnce && due.length > 0) {
      writesAtOnce += 1
      void writeNext(due.shift()!).finally(() => {
        writesAtOnce -= 1
        pump()
      })
    }
  }

  async function writeNext(queue: Queue) {
    const batch = [...queue.lines.values()].slice(0, maxLinesPerWrite)
    // Taken out now, so that a correction which comes while they are being written is a write of its own.
    for (const { line } of batch) queue.lines.delete(line.key)
    try {
      await transcripts.write(queue.ref, batch.map(({ line }) => line))
      failuresInARow = queue.refusals = 0
      setQueued(queuedLines - batch.length)
      for (const { sinceMs } of batch) metrics.journalLag.observe((clock.nowMs() - sinceMs) / 1_000)
    } catch (error) {
      await putBack(queue, batch, error)
    }
    if (queue.lines.size > 0) return void due.push(queue)
    queues.delete(queue.ref.conversationId)
    for (const done of queue.waiters) done()
  }

  async function putBack(queue: Queue, batch: QueuedLine[], error: unknown) {
    const isAway = error instanceof Failure && error.code === 'database-unavailable'
    if (!isAway && ++queue.refusals >= maxRefusals) {
      logger.error({ ...describeError(error), ...queue.ref, lines: batch.length }, 'lines of a transcript were refused and are lost')
      metrics.journalLost.inc(batch.length)
      queue.refusals = 0
      return setQueued(queuedLines - batch.length)
    }
    const corrections = queue.lines
    queue.lines = new Map([...batch.map((queued) => [queued.line.key, queued] as const), ...corrections])
    setQueued(queuedLines - (batch.length + corrections.size - queue.lines.size))
    if (failuresInARow++ === 0) logger.warn(describeError(error), 'the journal waits for the database')
    const { promise, resolve } = Promise.withResolvers<void>()
    clock.after(Math.min(retryMs.first * 2 ** failuresInARow, retryMs.last), resolve)
    await promise
  }

  /** Resolves once every line of the conversation is written, or given up. */
  async function flush({ conversationId }: ConversationRef): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const queue = queues.get(conversationId)
    if (!queue) return
    queue.waiters.push(resolve)
    await promise
  }

  return {
    /** Takes the lines; they are in the database within callBounds.journalWithinMs while it is there. Never throws. */
    write(ref: ConversationRef, lines: readonly Message[]) {
      if (queuedLines + lines.length > maxQueuedLines) return metrics.journalLost.inc(lines.length)
      let queue = queues.get(ref.conversationId)
      if (!queue) {
        queues.set(ref.conversationId, (queue = { ref, lines: new Map(), refusals: 0, waiters: [] }))
        due.push(queue)
        setImmediate(pump)
      }
      for (const line of lines) {
        const waiting = queue.lines.get(line.key)
        if (waiting) waiting.line = line
        else queue.lines.set(line.key, { line, sinceMs: clock.nowMs() })
        if (!waiting) setQueued(queuedLines + 1)
      }
    },

    flush,

    /** Resolves once nothing waits any more, or after `withinMs`; tells how many lines are left. */
    async drain(withinMs: number): Promise<number> {
      const { promise: isOver, resolve } = Promise.withResolvers<void>()
      const cancel = clock.after(withinMs, resolve)
      await Promise.race([isOver, Promise.all([...queues.values()].map(({ ref }) => flush(ref)))])
      cancel()
      return queuedLines
    },

    /** Resolves when the message is in the database. @throws Failure `database-unavailable`. */
    keepMessage: (ref: ConversationRef, key: string, message: TakenMessage): Promise<void> =>
      transcripts.keepMessage(ref, key, message, clock.nowMs()),

    /** Resolves when it is kept that the caller is not to be called or texted again. @throws Failure `database-unavailable`. */
    optOutContact: (ref: ConversationRef): Promise<void> => calls.optOutContact(ref, clock.nowMs()),

    /** True for exactly one caller of a call whose recording is due. @throws Failure `database-unavailable`. */
    claimRecording: (ref: ConversationRef): Promise<boolean> => calls.claimRecording(ref),

    /** @throws Failure `database-unavailable`. */
    setRecording: (ref: ConversationRef, recording: { state: RecordingState; recordingSid?: string }): Promise<RecordingState> =>
      calls.setRecording(ref, recording),
  }
}
