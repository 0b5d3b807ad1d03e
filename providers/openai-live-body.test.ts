import fc from 'fast-check'
import type { ChatMessage, ModelRequest, ToolDefinition } from '../receptionist/model-port.ts'
import { createRequestBody } from './openai-live-body.ts'

const model = 'gpt-4o-mini'

/** The vendor's form of a request, and what JSON makes of it. */
function whole({ messages, tools, maxTokens, temperature }: ModelRequest): string {
  return JSON.stringify({
    model,
    messages: messages.map(({ role, content, toolCalls, toolCallId }) => {
      if (role === 'tool') return { role, content, tool_call_id: toolCallId ?? '' }
      if (role !== 'assistant' || !toolCalls?.length) return { role, content }
      return { role, content: content || null, tool_calls: toolCalls.map((call) => ({ id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } })) }
    }),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, parameters }) => ({ type: 'function', function: { name, description, parameters, strict: true } })),
      parallel_tool_calls: false,
    }),
    max_completion_tokens: maxTokens,
    temperature,
    store: false,
    stream: true,
    stream_options: { include_usage: true },
  })
}

// Halves of surrogate pairs, quotes and controls included.
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\u0000', '\ud800', '\udc00', 'é', 'a') }))
const message: fc.Arbitrary<ChatMessage> = fc.record(
  {
    role: fc.constantFrom('system', 'user', 'assistant', 'tool'),
    content: text,
    toolCalls: fc.array(fc.record({ id: text, name: text, arguments: text }), { maxLength: 2 }),
    toolCallId: text,
  },
  { requiredKeys: ['role', 'content'] },
)
const tool: fc.Arbitrary<ToolDefinition> = fc.record({ name: text, description: text, parameters: fc.dictionary(text, fc.jsonValue()) })
const settings = fc.record({ maxTokens: fc.nat(), temperature: fc.double({ min: 0, max: 2 }) })

describe('the body of a request', () => {
  it('is byte for byte what JSON makes of the whole, whatever was asked before', () => {
    const turns = fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.array(message, { maxLength: 4 }), settings), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(fc.array(text, { minLength: 3, maxLength: 3 }), fc.array(fc.array(tool, { maxLength: 2 }), { minLength: 3, maxLength: 3 }), turns, (prefixes, toolSets, all) => {
        const bodyOf = createRequestBody(model)
        for (const [prefix, tools, rest, setting] of all) {
          const request = { messages: [{ role: 'system' as const, content: prefixes[prefix]! }, ...rest], tools: toolSets[tools]!, ...setting }
          expect(bodyOf(request).toString()).toBe(Buffer.from(whole(request)).toString())
          const other = { messages: rest, tools: toolSets[tools]!, ...setting }
          expect(bodyOf(other).equals(Buffer.from(whole(other)))).toBe(true)
        }
      }),
    )
  })
})
