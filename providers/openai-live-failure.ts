import type { IncomingHttpHeaders } from 'node:http'
import { Failure } from '../domain/failure.ts'

export const malformed = (what: string) => new Failure('vendor-answer-malformed', `OpenAI: ${what}`)

/**
 * What an answer other than 2xx means (https://platform.openai.com/docs/guides/error-codes); `status` undefined for an
 * error in the middle of a stream. Of the vendor's text only a code is kept: the rest may quote the conversation.
 */
export function refusal(status: number | undefined, body: unknown, headers: IncomingHttpHeaders = {}): Failure {
  const error = (body as { error?: { code?: unknown; type?: unknown } } | null)?.error
  const code = codeOf(error?.code) ?? codeOf(error?.type)
  const what = `OpenAI answered ${status ?? 'with an error in the stream'} (${code ?? 'no code'})`
  const retryAfterMs = readRetryAfterMs(headers)
  if (status === 429 && code !== 'insufficient_quota') return new Failure('vendor-rate-limited', what, { retryAfterMs })
  const isTransient = status === undefined || status === 408 || status === 409 || status >= 500
  return new Failure(isTransient ? 'vendor-unavailable' : 'vendor-refused', what, { retryAfterMs })
}

/** What a connection that could not be made, broke or brought too much means. Its own error may hold bytes of the answer. */
export function brokenOff(error: unknown): Failure {
  if (error instanceof Failure) return error
  const { code } = error as { code?: unknown }
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return malformed('the answer is too large')
  return new Failure('vendor-unavailable', `OpenAI could not be reached, or broke the connection off (${codeOf(code) ?? 'no code'})`)
}

function codeOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^\w{1,64}$/.test(value) ? value : undefined
}

/** `retry-after-ms` is OpenAI's own; `Retry-After` is seconds, or a date (RFC 9110, 10.2.3) that the vendor's own clock is held against. */
function readRetryAfterMs(headers: IncomingHttpHeaders): number | undefined {
  const seconds = headers['retry-after']
  const waitsMs = [
    Number(headers['retry-after-ms'] ?? Number.NaN),
    Number(seconds ?? Number.NaN) * 1_000,
    Date.parse(seconds ?? '') - Date.parse(headers.date ?? ''),
  ]
  return waitsMs.find((waitMs) => waitMs >= 0)
}
