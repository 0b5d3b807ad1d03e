import type { FailureCode } from '../domain/failure.ts'
import type { Logger } from '../providers/logger.ts'
import type { Clock } from './clock.ts'
import type { EventLoop } from './event-loop.ts'
import { relayBounds } from './relay-bounds.ts'
import type { RelayMetrics } from './relay-metrics.ts'

export type Admission = ReturnType<typeof createAdmission>

/**
 * Whether this process takes new calls. One that does too much refuses them before the calls that it has suffer, and takes
 * them again once it has clearly less to do: what is refused goes to another relay, or the business is rung.
 */
export function createAdmission(options: {
  eventLoop: EventLoop
  calls(): number
  isDraining(): boolean
  clock: Clock
  metrics: RelayMetrics
  logger: Logger
}) {
  const { eventLoop, calls, isDraining, clock, metrics, logger } = options
  const { loadEveryMs, loadWeight, loadBusy, loadLagMs, maxSessions } = relayBounds
  const smooth = { busy: 0, lagMs: 0 }
  let isOverloaded = false
  let cancel = clock.after(loadEveryMs, look)

  function look() {
    const load = eventLoop.load()
    // A moment's work, such as a burst of set-ups, is no overload.
    for (const part of ['busy', 'lagMs'] as const) smooth[part] += (load[part] - smooth[part]) * loadWeight
    const level = isOverloaded ? 'admit' : 'refuse'
    const isAbove = smooth.busy >= loadBusy[level] || smooth.lagMs >= loadLagMs[level]
    if (isAbove !== isOverloaded) logger.warn({ ...smooth, calls: calls() }, isAbove ? 'new calls are refused' : 'new calls are taken again')
    isOverloaded = isAbove
    metrics.eventLoopBusy.set(smooth.busy)
    metrics.eventLoopLag.set(smooth.lagMs / 1_000)
    metrics.isAdmitting.set(refusal() ? 0 : 1)
    cancel = clock.after(loadEveryMs, look)
  }

  /** Why a new call is not taken; null when it is. */
  function refusal(): FailureCode | null {
    if (isDraining()) return 'process-draining'
    if (calls() >= maxSessions) return 'process-full'
    return isOverloaded ? 'process-overloaded' : null
  }

  return {
    refusal,
    /** Looks no more. */
    close: () => cancel(),
  }
}
