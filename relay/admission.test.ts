import type { Logger } from '../providers/logger.ts'
import { createMetrics } from '../providers/metrics.ts'
import { createFakeClock } from '../test/kit/fake-clock.ts'
import { createAdmission } from './admission.ts'
import type { EventLoopLoad } from './event-loop.ts'
import { relayBounds } from './relay-bounds.ts'
import { createRelayMetrics } from './relay-metrics.ts'

const { loadEveryMs, loadBusy, loadLagMs, maxSessions } = relayBounds
const idle = { busy: 0.1, lagMs: 1 }
const logger = { warn: () => {} } as unknown as Logger

describe('admission', () => {
  function start() {
    const clock = createFakeClock()
    const now = { load: idle as EventLoopLoad, calls: 0, isDraining: false }
    const admission = createAdmission({
      eventLoop: { load: () => now.load },
      calls: () => now.calls,
      isDraining: () => now.isDraining,
      clock,
      metrics: createRelayMetrics(createMetrics('relay')),
      logger,
    })
    /** Looks until it stays as it is. */
    const whileLoaded = (load: EventLoopLoad, looks = 60) => {
      now.load = load
      clock.advance(looks * loadEveryMs)
      return admission.refusal()
    }
    return { now, clock, admission, whileLoaded }
  }

  it.each<[string, EventLoopLoad]>([
    ['busy', { busy: loadBusy.refuse + 0.05, lagMs: 1 }],
    ['late', { busy: 0.1, lagMs: loadLagMs.refuse * 1.1 }],
  ])('a loop that stays %s takes no new calls until it has clearly less to do', (_, overload) => {
    const { whileLoaded } = start()
    const lessOf = { busy: Math.min(overload.busy, loadBusy.refuse - 0.05), lagMs: Math.min(overload.lagMs, loadLagMs.refuse * 0.9) }
    expect(whileLoaded(lessOf)).toBeNull()
    expect(whileLoaded(overload)).toBe('process-overloaded')
    expect(whileLoaded(lessOf)).toBe('process-overloaded')
    expect(whileLoaded({ busy: loadBusy.admit - 0.05, lagMs: loadLagMs.admit * 0.9 })).toBeNull()
  })

  it('a moment at the limit, such as a burst of set-ups or one long pause, refuses nobody', () => {
    const { whileLoaded } = start()
    whileLoaded({ busy: 0.4, lagMs: 2 })
    expect(whileLoaded({ busy: 0.95, lagMs: loadLagMs.refuse * 1.9 }, 1)).toBeNull()
  })

  it('says why: too many calls, or on the way out', () => {
    const { now, admission } = start()
    now.calls = maxSessions - 1
    expect(admission.refusal()).toBeNull()
    now.calls = maxSessions
    expect(admission.refusal()).toBe('process-full')
    now.isDraining = true
    expect(admission.refusal()).toBe('process-draining')
  })

  it('looks no more once it is closed', () => {
    const { admission, whileLoaded } = start()
    admission.close()
    expect(whileLoaded({ busy: 1, lagMs: 500 })).toBeNull()
  })
})
