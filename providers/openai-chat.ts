import OpenAI from 'openai'
import { APIConnectionError, APIError, APIUserAbortError } from 'openai'
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions'
import { z } from 'zod'
import { Failure } from '../domain/failure.ts'
import type { ChatMessage, ModelEvent, ModelPort, ModelRequest, ToolCall, ToolDefinition } from '../receptionist/model-port.ts'
import { createAgentFetch } from './agent-fetch.ts'

/** Longer than the pause between two turns of a call, shorter than the vendor's own patience with an idle connection. */
const keptConnectionMs = 60_000
const maxToolCalls = 8

/** What of a chunk is used; other fields come and go. */
const chunkSchema = z.object({
  choices: z.array(
    z.object({
      delta: z.object({
        content: z.string().nullish(),
        tool_calls: z
          .array(
            z.object({
              index: z.int().min(0).max(maxToolCalls - 1),
              id: z.string().nullish(),
              function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
            }),
          )
          .nullish(),
      }),
      finish_reason: z.string().nullish(),
    }),
  ),
  usage: z
    .object({
      prompt_tokens: z.number(),
      completion_tokens: z.number(),
      prompt_tokens_details: z.object({ cached_tokens: z.number().nullish() }).nullish(),
    })
    .nullish(),
})

const endReasons = { stop: 'stop', tool_calls: 'tool-calls', length: 'length', content_filter: 'filter' } as const

/** Tokens that the vendor counted for one completion; `cached` of `prompt` cost less and came faster. */
export interface ModelUsage {
  prompt: number
  cached: number
  completion: number
}

export interface OpenAiChatOptions {
  apiKey: string
  baseUrl?: string
  model: string
  /** The longest wait for the answer's headers, and again for each next chunk. */
  timeoutMs: number
  onUsage?(usage: ModelUsage): void
}

/**
 * OpenAI's streamed chat completions, or any server that speaks them, as the receptionist's model. Nothing is stored at
 * the vendor (`store: false`), nothing is retried here: on a call, the receptionist decides that within its bounds.
 * An aborted stream throws the signal's reason. Failures are coded as {@link ModelPort} says; their messages hold no text of the conversation.
 */
export function createOpenAiChat({ apiKey, baseUrl, model, timeoutMs, onUsage }: OpenAiChatOptions): ModelPort {
  const createClient = (idleMs: number) =>
    new OpenAI({
      apiKey,
      // All stated, because the SDK takes what is missing from the environment.
      baseURL: baseUrl ?? 'https://api.openai.com/v1',
      organization: null,
      project: null,
      logLevel: 'off',
      maxRetries: 0,
      timeout: timeoutMs,
      fetch: createAgentFetch({ idleMs }),
    })
  const client = createClient(keptConnectionMs)
  const freshClient = createClient(0)

  async function* stream(request: ModelRequest, { signal, isRetry }: { signal: AbortSignal; isRetry: boolean }): AsyncGenerator<ModelEvent> {
    const deadline = createIdleDeadline(signal, timeoutMs)
    try {
      const chunks = await (isRetry ? freshClient : client).chat.completions.create(
        {
          model,
          messages: request.messages.map(toWireMessage),
          ...(request.tools.length > 0 && { tools: request.tools.map(toWireTool), parallel_tool_calls: false }),
          max_completion_tokens: request.maxTokens,
          temperature: request.temperature,
          store: false,
          stream: true,
          stream_options: { include_usage: true },
        },
        { signal: deadline.signal },
      )
      const calls: ToolCall[] = []
      let reason: string | null = null
      for await (const chunk of chunks) {
        deadline.extend()
        const { choices, usage } = parseChunk(chunk)
        if (usage) {
          const cached = usage.prompt_tokens_details?.cached_tokens ?? 0
          onUsage?.({ prompt: usage.prompt_tokens, cached, completion: usage.completion_tokens })
        }
        const [choice] = choices
        if (!choice) continue
        if (choice.delta.content) yield { type: 'text', text: choice.delta.content }
        for (const delta of choice.delta.tool_calls ?? []) {
          const call = (calls[delta.index] ??= { id: '', name: '', arguments: '' })
          call.id ||= delta.id ?? ''
          call.name ||= delta.function?.name ?? ''
          call.arguments += delta.function?.arguments ?? ''
          yield { type: 'progress' }
        }
        reason = choice.finish_reason ?? reason
      }
      deadline.throwIfOver()
      if (!reason || !(reason in endReasons)) throw malformed('the stream ended without a known finish reason')
      for (const call of calls) {
        if (!call?.id || !call.name) throw malformed('a tool call has no id or no name')
        yield { type: 'tool-call', call }
      }
      yield { type: 'end', reason: endReasons[reason as keyof typeof endReasons] }
    } catch (error) {
      deadline.throwIfOver()
      throw toFailure(error)
    } finally {
      deadline.clear()
    }
  }
  return { stream }
}

/** Aborts with the caller's signal, or when nothing came for `timeoutMs`. */
function createIdleDeadline(signal: AbortSignal, timeoutMs: number) {
  const idle = new AbortController()
  const expire = () => idle.abort(new Failure('vendor-unavailable', `OpenAI sent nothing for ${timeoutMs} ms`))
  const timer = setTimeout(expire, timeoutMs)
  return {
    signal: AbortSignal.any([signal, idle.signal]),
    extend: () => timer.refresh(),
    clear: () => clearTimeout(timer),
    throwIfOver() {
      signal.throwIfAborted()
      idle.signal.throwIfAborted()
    },
  }
}

function parseChunk(chunk: unknown) {
  const result = chunkSchema.safeParse(chunk)
  if (!result.success) throw malformed('a chunk is not of the documented shape')
  return result.data
}

const malformed = (what: string) => new Failure('vendor-answer-malformed', `OpenAI: ${what}`)

function toFailure(error: unknown): unknown {
  if (error instanceof Failure) return error
  if (error instanceof SyntaxError) return malformed('a chunk is not JSON')
  if (error instanceof APIUserAbortError || error instanceof APIConnectionError) {
    return new Failure('vendor-unavailable', 'OpenAI could not be reached')
  }
  if (!(error instanceof APIError)) return new Failure('vendor-unavailable', 'OpenAI broke the connection off')
  const what = `OpenAI answered ${error.status ?? 'with an error in the stream'} (${error.code ?? error.type ?? 'no code'})`
  const retryAfterMs = readRetryAfterMs(error.headers)
  if (error.status === 429 && error.code !== 'insufficient_quota') return new Failure('vendor-rate-limited', what, { retryAfterMs })
  const isTransient = error.status === undefined || error.status === 408 || error.status === 409 || error.status >= 500
  return new Failure(isTransient ? 'vendor-unavailable' : 'vendor-refused', what, { retryAfterMs })
}

/** `retry-after-ms` is OpenAI's own; `Retry-After` is seconds, or a date (RFC 9110, 10.2.3) that the vendor's own clock is held against. */
function readRetryAfterMs(headers: Headers | undefined): number | undefined {
  const milliseconds = headers?.get('retry-after-ms')
  const seconds = headers?.get('retry-after')
  const waitsMs = [
    Number(milliseconds ?? Number.NaN),
    Number(seconds ?? Number.NaN) * 1_000,
    Date.parse(seconds ?? '') - Date.parse(headers?.get('date') ?? ''),
  ]
  return waitsMs.find((waitMs) => waitMs >= 0)
}

function toWireMessage({ role, content, toolCalls, toolCallId }: ChatMessage): ChatCompletionMessageParam {
  if (role === 'tool') return { role, content, tool_call_id: toolCallId ?? '' }
  if (role !== 'assistant' || !toolCalls?.length) return { role, content }
  const calls = toolCalls.map(({ id, name, arguments: text }) => ({ id, type: 'function' as const, function: { name, arguments: text } }))
  return { role, content: content || null, tool_calls: calls }
}

function toWireTool({ name, description, parameters }: ToolDefinition): ChatCompletionTool {
  return { type: 'function', function: { name, description, parameters: parameters as Record<string, unknown>, strict: true } }
}
