/** Every way in which IronVoice fails on purpose: one code, one HTTP status, and whether doing it again may help. */
export const failures = {
  'signature-invalid': { status: 403, isRetryable: false },
  'token-invalid': { status: 403, isRetryable: false },
  'token-used': { status: 403, isRetryable: false },
  'request-malformed': { status: 400, isRetryable: false },
  'request-timeout': { status: 408, isRetryable: true },
  'request-too-large': { status: 413, isRetryable: false },
  'media-type-unsupported': { status: 415, isRetryable: false },
  'method-not-allowed': { status: 405, isRetryable: false },
  'not-found': { status: 404, isRetryable: false },
  'account-inactive': { status: 403, isRetryable: false },
  'process-draining': { status: 503, isRetryable: true },
  'connections-exhausted': { status: 503, isRetryable: true },
  'process-full': { status: 503, isRetryable: true },
  'process-overloaded': { status: 503, isRetryable: true },
  'database-unavailable': { status: 503, isRetryable: true },
  'temporal-unavailable': { status: 503, isRetryable: true },
  'vendor-unavailable': { status: 503, isRetryable: true },
  'vendor-rate-limited': { status: 503, isRetryable: true },
  'vendor-refused': { status: 502, isRetryable: false },
  'vendor-answer-malformed': { status: 502, isRetryable: true },
  'recording-not-ready': { status: 503, isRetryable: true },
  'recording-corrupt': { status: 502, isRetryable: true },
  'config-invalid': { status: 500, isRetryable: false },
  internal: { status: 500, isRetryable: true },
} as const

export type FailureCode = keyof typeof failures

/** A failure with a code. `retryAfterMs` is what a vendor asked for. The message never holds personal data. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: FailureCode
  readonly retryAfterMs: number | undefined

  constructor(code: FailureCode, message: string = code, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.retryAfterMs = options.retryAfterMs
  }

  get status(): number {
    return failures[this.code].status
  }

  get isRetryable(): boolean {
    return failures[this.code].isRetryable
  }
}
