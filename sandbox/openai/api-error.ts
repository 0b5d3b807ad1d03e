import type { Answer } from '../stand-in/server.ts'
import { json } from '../stand-in/server.ts'

/** What OpenAI refuses a request with: https://platform.openai.com/docs/guides/error-codes */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly type: string
  readonly param: string | null
  readonly code: string | null

  constructor(status: number, message: string, options: { type?: string; param?: string | null; code?: string | null } = {}) {
    super(message)
    this.status = status
    this.type = options.type ?? 'invalid_request_error'
    this.param = options.param ?? null
    this.code = options.code ?? null
  }

  answer(): Answer {
    const { message, type, param, code } = this
    return json(this.status, { error: { message, type, param, code } })
  }
}

/** The refusals that OpenAI gives whatever is asked. */
export function refusal(status: number, message: string): ApiError {
  if (status === 429) return new ApiError(429, 'Rate limit reached for gpt-4o-mini. Please try again later.', { type: 'requests', code: 'rate_limit_exceeded' })
  if (status === 503) return new ApiError(503, 'The engine is currently overloaded, please try again later', { type: 'server_error' })
  if (status >= 500) return new ApiError(status, 'The server had an error while processing your request. Sorry about that!', { type: 'server_error' })
  return new ApiError(status, message)
}
