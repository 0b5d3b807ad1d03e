import type { ChatMessage, ModelRequest, ToolDefinition } from '../receptionist/model-port.ts'

/** What is the same in every request of a knowledge version, as bytes: thousands of words that need no second look. */
interface Stable {
  prefix: string
  head: Buffer
  tools: Buffer
}

/**
 * Writes the body of a streamed chat completion (https://platform.openai.com/docs/api-reference/chat/create): the very
 * bytes of `JSON.stringify` of the whole. A leading system message and the tools are serialised once for each array of
 * tools, which therefore must not change.
 */
export function createRequestBody(model: string): (request: ModelRequest) => Buffer {
  const opening = `{"model":${JSON.stringify(model)},"messages":[`
  const stables = new WeakMap<ToolDefinition[], Stable>()

  function stableOf(tools: ToolDefinition[], prefix: string): Stable {
    const known = stables.get(tools)
    if (known?.prefix === prefix) return known
    const head = Buffer.from(opening + messageJson({ role: 'system', content: prefix }))
    const stable = { prefix, head, tools: Buffer.from(`]${toolsJson(tools)}`) }
    stables.set(tools, stable)
    return stable
  }

  return ({ messages, tools, maxTokens, temperature }) => {
    const settings = `,"max_completion_tokens":${JSON.stringify(maxTokens)},"temperature":${JSON.stringify(temperature)},"store":false,"stream":true,"stream_options":{"include_usage":true}}`
    const [first, ...rest] = messages
    if (first?.role !== 'system') return Buffer.from(`${opening}${messages.map(messageJson).join(',')}]${toolsJson(tools)}${settings}`)
    const stable = stableOf(tools, first.content)
    let turn = ''
    for (const message of rest) turn += `,${messageJson(message)}`
    return Buffer.concat([stable.head, Buffer.from(turn), stable.tools, Buffer.from(settings)])
  }
}

function messageJson({ role, content, toolCalls, toolCallId }: ChatMessage): string {
  if (role === 'tool') return JSON.stringify({ role, content, tool_call_id: toolCallId ?? '' })
  if (role !== 'assistant' || !toolCalls?.length) return JSON.stringify({ role, content })
  const calls = toolCalls.map(({ id, name, arguments: text }) => ({ id, type: 'function', function: { name, arguments: text } }))
  return JSON.stringify({ role, content: content || null, tool_calls: calls })
}

function toolsJson(tools: ToolDefinition[]): string {
  if (tools.length === 0) return ''
  const definitions = tools.map(({ name, description, parameters }) => ({ type: 'function', function: { name, description, parameters, strict: true } }))
  return `,"tools":${JSON.stringify(definitions)},"parallel_tool_calls":false`
}
