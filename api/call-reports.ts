import type { Directory } from '../db/directory.ts'
import type { ConversationRef } from '../domain/conversation.ts'
import { Failure } from '../domain/failure.ts'
import type { Logger } from '../providers/logger.ts'
import type { ApiMetrics } from './api-metrics.ts'

const retryEveryMs = 1_000
const maxWaiting = 10_000

export type CallReports = ReturnType<typeof createCallReports>

/**
 * What Twilio tells of calls that are over. It tells so once (by default it repeats only what it could not connect for),
 * so what the database doesn't take is kept here and written when it does. It isn't acknowledged for that: this process
 * may end first, and then the sweep comes upon the call later.
 */
export function createCallReports({ directory, metrics, logger }: {
  directory: Pick<Directory, 'findConversationByExternalId'>
  metrics: Pick<ApiMetrics, 'reportsWaiting'>
  logger: Logger
}) {
  let waiting: (() => Promise<void>)[] = []
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  async function retry() {
    for (const write of waiting.slice()) {
      const error = await write().then(() => null, (reason: Error) => reason)
      if (isDatabaseAway(error)) break
      if (error) logger.error({ kind: error.name }, "what was told of a call's end is left to the sweep")
      waiting = waiting.filter((other) => other !== write)
      metrics.reportsWaiting.set(waiting.length)
    }
    timer = waiting.length > 0 ? setTimeout(retry, retryEveryMs) : undefined
  }

  return {
    /**
     * Has `write` keep what was told of a call; nothing where the call isn't ours. It may be called again, if the
     * database is away, until it succeeds.
     * @throws what `write` throws the first time, `database-unavailable` above all
     */
    async take(callSid: string, write: (ref: ConversationRef) => Promise<void>): Promise<void> {
      const attempt = async () => {
        const ref = await directory.findConversationByExternalId('call', callSid)
        if (ref) await write(ref)
      }
      await attempt().catch((error: unknown) => {
        if (isDatabaseAway(error) && waiting.length < maxWaiting && !isStopped) {
          waiting.push(attempt)
          metrics.reportsWaiting.set(waiting.length)
          timer ??= setTimeout(retry, retryEveryMs)
        }
        throw error
      })
    },

    /** What waits still is left to the sweep. */
    stop() {
      isStopped = true
      clearTimeout(timer)
      if (waiting.length > 0) logger.warn({ code: 'database-unavailable', calls: waiting.length }, 'ends of calls left to the sweep')
      waiting = []
    },
  }
}

const isDatabaseAway = (error: unknown) => error instanceof Failure && error.code === 'database-unavailable'
