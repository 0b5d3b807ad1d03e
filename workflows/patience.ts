import { RetryState } from '@temporalio/common'
import { ActivityFailure, ApplicationFailure, sleep, TimeoutFailure } from '@temporalio/workflow'

const seconds = 1_000
const minutes = 60 * seconds
const hours = 60 * minutes

/**
 * How long until the next look at something that has been awaited for `elapsedMs`: half as long again, so that what
 * comes soon is seen soon, and what never comes costs few looks.
 */
export function untilNextLookMs(elapsedMs: number, longestMs: number): number {
  return Math.min(Math.max(elapsedMs / 2, 5 * seconds), longestMs)
}

/** The code that an activity failed with; `timeout` when its time ran out; null for all but activities' failures. */
export function failureCode(error: unknown): string | null {
  if (!(error instanceof ActivityFailure)) return null
  if (error.cause instanceof ApplicationFailure) return error.cause.type ?? null
  return error.cause instanceof TimeoutFailure ? 'timeout' : null
}

/** True for what passes without a change of ours: a vendor that says no (a key is renewed), or that stayed away. */
export function isVendorsDoing(error: unknown): boolean {
  return /^(vendor-|recording-|timeout$)/.test(failureCode(error) ?? '')
}

/** Does `step`, again and again if need be, while a vendor refuses; null once that has gone on for `boundMs`. */
export async function patiently<T>(boundMs: number, step: () => Promise<T>): Promise<T | null> {
  const startedMs = Date.now()
  for (;;) {
    try {
      return await step()
    } catch (error) {
      if (!isVendorsDoing(error)) throw error
      const elapsedMs = Date.now() - startedMs
      const hasRunOut = error instanceof ActivityFailure && error.retryState === RetryState.TIMEOUT
      if (hasRunOut || elapsedMs >= boundMs) return null
      await sleep(Math.max(untilNextLookMs(elapsedMs, 1 * hours), 1 * minutes))
    }
  }
}
