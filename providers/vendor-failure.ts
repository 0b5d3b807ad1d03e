import { Failure } from '../domain/failure.ts'

/** Statuses that say "not now" rather than "no": request timeout, conflict with one in flight, too early. */
const passing = new Set([408, 409, 425])

/**
 * What a vendor's answer means to us: `undefined` for no answer at all. 429 is `vendor-rate-limited`; no answer, a
 * passing status or a 5xx `vendor-unavailable`; anything else `vendor-refused`. Retry-After is kept when there is one.
 */
export function vendorFailure(
  vendor: string,
  status: number | null | undefined,
  headers?: { get(name: string): string | null } | null,
  cause?: unknown,
): Failure {
  const retryAfterMs = readRetryAfter(headers?.get('retry-after') ?? null, Date.now())
  if (status === 429)
    return new Failure('vendor-rate-limited', `${vendor} asks to be asked less often`, { cause, retryAfterMs })
  if (!status) return new Failure('vendor-unavailable', `${vendor} does not answer`, { cause })
  const message = `${vendor} answers ${status}`
  return passing.has(status) || status >= 500
    ? new Failure('vendor-unavailable', message, { cause, retryAfterMs })
    : new Failure('vendor-refused', message, { cause })
}

/** RFC 9110 Retry-After, seconds or an HTTP date, as milliseconds from `nowMs`; undefined when there is none. */
export function readRetryAfter(value: string | null, nowMs: number): number | undefined {
  if (!value) return undefined
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - nowMs
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined
}
