import type { ChatRequest, ChatRequestMessage } from '../chat-request.ts'

export type Turn =
  | { role: 'caller'; text: string }
  | { role: 'receptionist'; text: string; calls: { id: string; name: string; arguments: string }[] }
  | { role: 'tool'; text: string; name: string }

/** A request as a conversation: delimiters around the caller's words are taken off. */
export function readConversation({ messages }: ChatRequest): { systemTexts: string[]; turns: Turn[] } {
  const systemTexts = messages.filter(({ role }) => role === 'system' || role === 'developer').map(textOf)
  const nameOfCall = new Map(
    messages.flatMap((message) => (message.role === 'assistant' ? (message.tool_calls ?? []).map((call) => [call.id, call.function.name] as const) : [])),
  )
  const turns = messages.flatMap((message): Turn[] => {
    if (message.role === 'user') return [{ role: 'caller', text: withoutTags(textOf(message)) }]
    if (message.role === 'tool') return [{ role: 'tool', text: textOf(message), name: nameOfCall.get(message.tool_call_id) ?? '' }]
    if (message.role !== 'assistant') return []
    const calls = (message.tool_calls ?? []).map(({ id, function: call }) => ({ id, ...call }))
    return [{ role: 'receptionist', text: textOf(message), calls }]
  })
  return { systemTexts, turns }
}

const withoutTags = (text: string) => text.replace(/<\/?[a-z_]+>/gi, ' ').replace(/\s+/g, ' ').trim()

export function textOf({ content }: ChatRequestMessage): string {
  if (typeof content === 'string') return content
  return (content ?? []).map(({ text }) => text).join('')
}
