import OpenAI from 'openai'
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import { Failure } from '../domain/failure.ts'
import type { ChatMessage } from '../receptionist/model-port.ts'
import { vendorFailure } from './vendor-failure.ts'

const answerWithinMs = 60_000
const maxTokens = 2_000

export interface SummaryModel {
  /** Null when the model, or a filter before or behind it, will not: asking again would not change that. */
  wrapUp(messages: ChatMessage[], schema: object): Promise<unknown>
}

/**
 * Asks OpenAI's chat completions (https://platform.openai.com/docs/api-reference/chat), not streamed, for one JSON value
 * that follows `schema` (strict). Nothing is stored there, nothing is retried here. `wrapUp` resolves to the parsed
 * JSON, which the caller still has to check, or to null.
 * @throws Failure `vendor-unavailable`, `vendor-rate-limited`, `vendor-refused`, `vendor-answer-malformed`
 */
export function createOpenAiSummary(options: {
  apiKey: string
  baseUrl?: string
  model: string
  timeoutMs?: number
}): SummaryModel {
  const { apiKey, baseUrl, model, timeoutMs = answerWithinMs } = options
  const client = new OpenAI({
    apiKey,
    // All stated, because the SDK takes what is missing from the environment.
    baseURL: baseUrl ?? 'https://api.openai.com/v1',
    organization: null,
    project: null,
    logLevel: 'off',
    maxRetries: 0,
    timeout: timeoutMs,
  })

  return {
    async wrapUp(messages, schema) {
      const completion = await client.chat.completions
        .create(
          {
            model,
            messages: messages.map(({ role, content }) => ({ role, content }) as ChatCompletionMessageParam),
            response_format: {
              type: 'json_schema',
              json_schema: { name: 'wrap_up', strict: true, schema: { ...schema } },
            },
            temperature: 0.1,
            max_completion_tokens: maxTokens,
            store: false,
          },
          // The SDK's own timeout ends with the headers; this one covers the body too.
          { signal: AbortSignal.timeout(timeoutMs) },
        )
        .catch((error: unknown) => {
          throw toFailure(error)
        })
      // An answer without a body, or of another form, comes through the SDK as it is.
      const choice = (completion as typeof completion | null)?.choices?.[0]
      if (choice?.finish_reason === 'content_filter' || choice?.message?.refusal) return null
      return parse(choice?.message?.content)
    },
  }
}

function toFailure(error: unknown): Failure {
  if (error instanceof SyntaxError)
    return new Failure('vendor-answer-malformed', 'OpenAI answers something other than JSON')
  const { status, headers } = error instanceof OpenAI.APIError ? error : {}
  return vendorFailure('OpenAI', status, headers, error)
}

function parse(content: string | null | undefined): unknown {
  try {
    return JSON.parse(content ?? '')
  } catch {
    // A syntax error quotes what it could not read, and that is somebody's conversation: it is not passed on.
    throw new Failure('vendor-answer-malformed', 'OpenAI answers something other than the JSON that it was asked for')
  }
}
