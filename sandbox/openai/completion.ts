import { randomBytes } from 'node:crypto'
import { tokensOf } from './tokens.ts'

/** What the model answers: words, and then the tools it calls. */
export interface ModelReply {
  text: string
  /** Arguments that are text already go out as they are, JSON or not. */
  toolCalls: { name: string; arguments: object | string }[]
}

export interface Usage {
  promptTokens: number
  cachedTokens: number
  completionTokens: number
}

export interface Piece {
  text?: string
  call?: { index: number; name?: string; arguments: string }
}

export type FinishReason = 'stop' | 'tool_calls' | 'length'

/** The reply token by token, cut at `maxTokens`. */
export function piecesOf({ text, toolCalls }: ModelReply, maxTokens: number): { pieces: Piece[]; finishReason: FinishReason } {
  const pieces: Piece[] = [
    ...tokensOf(text).map((token) => ({ text: token })),
    ...toolCalls.flatMap(({ name, arguments: value }, index) => [
      { call: { index, name, arguments: '' } },
      ...tokensOf(typeof value === 'string' ? value : JSON.stringify(value)).map((part) => ({ call: { index, arguments: part } })),
    ]),
  ]
  if (pieces.length > maxTokens) return { pieces: pieces.slice(0, maxTokens), finishReason: 'length' }
  return { pieces, finishReason: toolCalls.length > 0 ? 'tool_calls' : 'stop' }
}

/** The wire forms of one completion: https://platform.openai.com/docs/api-reference/chat/object and chat-streaming */
export function createCompletionForms(model: string, nowMs: number, hasUsage: boolean) {
  const id = `chatcmpl-${randomBytes(15).toString('base64url').replaceAll(/[-_]/g, 'x')}`
  const created = Math.floor(nowMs / 1_000)
  const base = { id, created, model: model === 'gpt-4o-mini' ? 'gpt-4o-mini-2024-07-18' : model, service_tier: 'default', system_fingerprint: 'fp_standin000' }
  const callIds: string[] = []
  const callId = (index: number) => (callIds[index] ??= `call_${randomBytes(12).toString('hex')}`)

  const chunk = (choices: object[], usage: object | null = null) => ({
    ...base,
    object: 'chat.completion.chunk',
    choices,
    ...(hasUsage ? { usage } : {}),
  })
  const choice = (delta: object, finishReason: FinishReason | null = null) => chunk([{ index: 0, delta, logprobs: null, finish_reason: finishReason }])

  return {
    first: (isCall: boolean) => choice({ role: 'assistant', content: isCall ? null : '', refusal: null }),
    piece({ text, call }: Piece) {
      if (!call) return choice({ content: text })
      const { index, name, arguments: part } = call
      const opening = name === undefined ? {} : { id: callId(index), type: 'function' }
      return choice({ tool_calls: [{ index, ...opening, function: { ...(name === undefined ? {} : { name }), arguments: part } }] })
    },
    last: (finishReason: FinishReason) => choice({}, finishReason),
    usage: (usage: Usage) => chunk([], presentUsage(usage)),
    whole(pieces: Piece[], finishReason: FinishReason, usage: Usage) {
      const content = pieces.map(({ text }) => text ?? '').join('')
      const calls = pieces.flatMap(({ call }) => (call?.name === undefined ? [] : [{ index: call.index, name: call.name }]))
      const argumentsOf = (index: number) => pieces.map(({ call }) => (call?.index === index ? call.arguments : '')).join('')
      const toolCalls = calls.map(({ index, name }) => ({ id: callId(index), type: 'function', function: { name, arguments: argumentsOf(index) } }))
      const message = {
        role: 'assistant',
        content: content || (calls.length > 0 ? null : ''),
        refusal: null,
        annotations: [],
        ...(calls.length > 0 ? { tool_calls: toolCalls } : {}),
      }
      return {
        ...base,
        object: 'chat.completion',
        choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason }],
        usage: presentUsage(usage),
      }
    },
  }
}

function presentUsage({ promptTokens, cachedTokens, completionTokens }: Usage) {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
  }
}
