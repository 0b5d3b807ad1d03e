import { z } from 'zod'
import type { Tell, ToolCall } from '../receptionist/model-port.ts'
import { malformed, refusal } from './openai-live-failure.ts'
import { createTextStencil } from './openai-live-stencil.ts'

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

/**
 * Reads the chunks of one streamed completion (https://platform.openai.com/docs/api-reference/chat-streaming).
 * `read` takes an event's data and returns true for the one that ends the stream; `end` tells what is known then: tool
 * calls, put together from their pieces, and why the model stopped. Both throw Failure `vendor-answer-malformed` or, for
 * an error in the stream, `vendor-unavailable`.
 */
export function createAnswer(tell: Tell, onUsage: (usage: ModelUsage) => void = () => {}) {
  const stencil = createTextStencil(plainTextOf)
  const calls: ToolCall[] = []
  let reason: string | null = null

  function read(payload: string): boolean {
    const plain = stencil.read(payload)
    if (plain !== null) {
      if (plain !== '') tell({ type: 'text', text: plain })
      return false
    }
    if (payload.startsWith('[DONE]')) return true
    const { choices, usage } = parseChunk(payload)
    if (usage) {
      const cached = usage.prompt_tokens_details?.cached_tokens ?? 0
      onUsage({ prompt: usage.prompt_tokens, cached, completion: usage.completion_tokens })
    }
    const [choice] = choices
    if (!choice) return false
    for (const delta of choice.delta.tool_calls ?? []) {
      const call = (calls[delta.index] ??= { id: '', name: '', arguments: '' })
      call.id ||= delta.id ?? ''
      call.name ||= delta.function?.name ?? ''
      call.arguments += delta.function?.arguments ?? ''
      tell({ type: 'progress' })
    }
    reason = choice.finish_reason ?? reason
    if (choice.delta.content) {
      tell({ type: 'text', text: choice.delta.content })
      stencil.learn(payload, choice.delta.content)
    }
    return false
  }

  function end(): void {
    if (!reason || !Object.hasOwn(endReasons, reason)) throw malformed('the stream ended without a known finish reason')
    // A call whose index was left out is a hole, which `some` would skip.
    if (Array.from(calls).some((call) => !call?.id || !call.name)) throw malformed('a tool call has no id or no name')
    for (const call of calls) tell({ type: 'tool-call', call })
    tell({ type: 'end', reason: endReasons[reason as keyof typeof endReasons] })
  }

  return { read, end }
}

function parseChunk(payload: string) {
  const chunk = parseJson(payload)
  if ((chunk as { error?: unknown } | null)?.error) throw refusal(undefined, chunk)
  const result = chunkSchema.safeParse(chunk)
  if (!result.success) throw malformed('a chunk is not of the documented shape')
  return result.data
}

/** The text of a chunk that holds nothing else of use; null for any other, broken ones too. */
function plainTextOf(payload: string): string | null {
  try {
    const { choices, usage } = parseChunk(payload)
    const [choice] = choices
    if (!choice || usage || choice.finish_reason != null || choice.delta.tool_calls != null) return null
    return choice.delta.content ?? null
  } catch {
    return null
  }
}

function parseJson(payload: string): unknown {
  try {
    return JSON.parse(payload)
  } catch {
    throw malformed('a chunk is not JSON')
  }
}
