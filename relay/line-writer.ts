import type { ConversationRef, Message } from '../domain/conversation.ts'
import type { Failure, FailureCode } from '../domain/failure.ts'
import type { Logger } from '../providers/logger.ts'
import type { Clock } from './clock.ts'
import { describeError } from './describe-error.ts'
import type { RelayMetrics } from './relay-metrics.ts'

/** Lines wait so long for others to go along, which saves the relay a round trip each; callBounds.journalWithinMs leaves the rest to a busy loop. */
const gatherMs = 40
const maxQueuedLines = 50_000
const maxLinesPerWrite = 200
/** Each is a transaction that may wait 20 ms for a lock, and all of them must end within databaseBounds.statementMs. */
const maxBatchesPerWrite = 50
const maxWritesAtOnce = 4
const retryMs = { first: 50, last: 1_000 }
/** What is wrong with a line itself; everything else may pass. */
const final = new Set<FailureCode>(['not-found', 'request-malformed'])

interface QueuedLine {
  key: string
  ref: ConversationRef
  line: Message
  writtenAtMs: number
}
/** One write of an account is under way at a time, so that no line overtakes its correction. */
interface Account {
  accountId: string
  /** By conversation and key: a line that is written again takes the place of the one that waits. */
  lines: Map<string, QueuedLine>
  isBusy: boolean
  /** Some line of it was refused, who knows which: each goes by itself. */
  isApart: boolean
  timesHeldUp: number
}
interface Batch {
  accountId: string
  lines: QueuedLine[]
  account: Account
}

export interface LineWriterOptions {
  /** Writes each batch as a whole or not at all, and tells what kept it from being written. Throws while the database is away. */
  writeAll(batches: Pick<Batch, 'accountId' | 'lines'>[]): Promise<(Failure | null)[]>
  logger: Logger
  metrics: RelayMetrics
  clock: Clock
  /** Calls `run` once lines had time to gather. Real time also where the clock is a test's: it is no policy, only thrift. */
  gather?(run: () => void): void
}

/**
 * Writes lines behind the calls: all that gathers goes in one round trip, in order per call, again and again while the
 * database is away. A line that the database refuses for its own sake is lost alone.
 */
export function createLineWriter(options: LineWriterOptions) {
  const { writeAll, logger, metrics, clock, gather = (run) => void setTimeout(run, gatherMs) } = options
  const accounts = new Map<string, Account>()
  const calls = new Map<string, { lines: number; waiters: (() => void)[] }>()
  const due = new Set<Account>()
  let queuedLines = 0
  let writesAtOnce = 0
  let failuresInARow = 0
  let isGathering = false
  let isPaused = false

  function gatherMore() {
    if (isGathering || due.size === 0) return
    isGathering = true
    gather(() => {
      isGathering = false
      pump()
    })
  }

  function pump() {
    while (!isPaused && writesAtOnce < maxWritesAtOnce && due.size > 0) void writeSome()
  }

  function take(): Batch[] {
    const batches: Batch[] = []
    let room = maxLinesPerWrite
    for (const account of due) {
      if (room === 0 || batches.length === maxBatchesPerWrite) break
      const { accountId, isApart } = account
      const lines = [...account.lines.values().take(isApart ? Math.min(room, maxBatchesPerWrite - batches.length) : room)]
      room -= lines.length
      batches.push(...(isApart ? lines.map((line) => [line]) : [lines]).map((lines) => ({ accountId, lines, account })))
      account.isBusy = true
      account.isApart = false
      due.delete(account)
    }
    return batches
  }

  async function writeSome() {
    const batches = take()
    const heldUp = new Set<Account>()
    writesAtOnce += 1
    try {
      const refusals = await writeAll(batches)
      failuresInARow = 0
      batches.forEach((batch, at) => settle(batch, refusals[at]!, heldUp))
      metrics.journalQueued.set(queuedLines)
    } catch (error) {
      pause(error)
    }
    writesAtOnce -= 1
    for (const account of new Set(batches.map(({ account }) => account))) {
      if (heldUp.has(account)) clock.after(waitMs((account.timesHeldUp += 1)), () => release(account))
      else release(account)
    }
  }

  function settle({ account, lines }: Batch, refusal: Failure | null, heldUp: Set<Account>) {
    const isLost = refusal !== null && final.has(refusal.code)
    if (refusal && (lines.length > 1 || !isLost)) {
      account.isApart = true
      if (lines.length === 1) heldUp.add(account)
      return
    }
    if (refusal) {
      logger.error({ ...describeError(refusal), ...lines[0]!.ref }, 'a line of a transcript was refused and is lost')
      metrics.journalLost.inc(1)
    }
    account.timesHeldUp = 0
    for (const queued of lines) {
      if (!refusal) metrics.journalLag.observe((clock.nowMs() - queued.writtenAtMs) / 1_000)
      // Else it was corrected meanwhile, and the correction is still to be written.
      if (account.lines.get(queued.key) === queued) forget(account, queued)
    }
  }

  function forget(account: Account, { key, ref }: QueuedLine) {
    account.lines.delete(key)
    queuedLines -= 1
    const call = calls.get(ref.conversationId)!
    if ((call.lines -= 1) > 0) return
    calls.delete(ref.conversationId)
    for (const done of call.waiters) done()
  }

  function pause(error: unknown) {
    if (isPaused) return
    isPaused = true
    if ((failuresInARow += 1) === 1) logger.warn(describeError(error), 'the journal waits for the database')
    clock.after(waitMs(failuresInARow), () => {
      isPaused = false
      pump()
    })
  }

  function release(account: Account) {
    account.isBusy = false
    if (account.lines.size > 0) due.add(account)
    else accounts.delete(account.accountId)
    gatherMore()
  }

  const waitMs = (times: number) => Math.min(retryMs.first * 2 ** (times - 1), retryMs.last)

  /** Resolves once every line of the conversation is written, or given up. */
  async function flush(conversationId: string): Promise<void> {
    const call = calls.get(conversationId)
    if (!call) return
    const { promise, resolve } = Promise.withResolvers<void>()
    call.waiters.push(resolve)
    pump()
    await promise
  }

  function accountOf({ accountId }: ConversationRef): Account {
    const known = accounts.get(accountId)
    if (known) return known
    const account = { accountId, lines: new Map(), isBusy: false, isApart: false, timesHeldUp: 0 }
    accounts.set(accountId, account)
    return account
  }

  function put(account: Account, queued: QueuedLine) {
    const isNew = !account.lines.has(queued.key)
    account.lines.set(queued.key, queued)
    if (!isNew) return
    queuedLines += 1
    const call = calls.get(queued.ref.conversationId)
    if (call) call.lines += 1
    else calls.set(queued.ref.conversationId, { lines: 1, waiters: [] })
  }

  return {
    /** Takes the lines; they are in the database within callBounds.journalWithinMs while it is there. Never throws. */
    write(ref: ConversationRef, lines: readonly Message[]) {
      if (queuedLines + lines.length > maxQueuedLines) return metrics.journalLost.inc(lines.length)
      const account = accountOf(ref)
      const writtenAtMs = clock.nowMs()
      for (const line of lines) put(account, { key: `${ref.conversationId} ${line.key}`, ref, line, writtenAtMs })
      metrics.journalQueued.set(queuedLines)
      if (!account.isBusy) due.add(account)
      gatherMore()
    },

    flush: ({ conversationId }: ConversationRef) => flush(conversationId),

    /** Resolves once nothing waits any more, or after `withinMs`; tells how many lines are left. */
    async drain(withinMs: number): Promise<number> {
      const { promise: isOver, resolve } = Promise.withResolvers<void>()
      const cancel = clock.after(withinMs, resolve)
      await Promise.race([isOver, Promise.all([...calls.keys()].map(flush))])
      cancel()
      return queuedLines
    },
  }
}
