import { STATUS_CODES } from 'node:http'
import type { Failure } from '../domain/failure.ts'

export interface Problem {
  status: number
  headers: Record<string, string>
  body: string
}

const retryAfterMs = 5_000

/**
 * A failure as a client sees it: a problem document (RFC 9457) with the failure's code beside the standard members, and
 * `Retry-After` (seconds) where it may pass. What went wrong inside is for the log alone.
 */
export function toProblem(failure: Failure): Problem {
  const { status, code, message } = failure
  const detail = status < 500 && message !== code ? message : undefined
  const document = { type: 'about:blank', title: STATUS_CODES[status], status, code, detail }
  const seconds = Math.ceil((failure.retryAfterMs ?? retryAfterMs) / 1_000)
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...(status === 503 && { 'Retry-After': String(seconds) }) },
    body: JSON.stringify(document),
  }
}
