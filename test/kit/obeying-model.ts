import type { ChatRequest } from '../../sandbox/openai/chat-request.ts'
import type { ModelReply } from '../../sandbox/openai/completion.ts'
import { toolCall, type Step } from './scripted-turn.ts'
import type { WorldStream } from './session-world.ts'

/** What both forms of a request have in common. */
interface Asked {
  messages: readonly { role: string; content?: unknown }[]
  tools?: unknown
}

/**
 * The worst model that there can be: it says what its request holds of what the caller asks for, and calls whatever tool
 * the caller dictates (`!name {…}`), with those arguments; told that it may not, it says all that it was told.
 */
function obedience({ messages, tools }: Asked): { tool: string; args: string } | { text: string } {
  const words = String(messages.findLast(({ role }) => role === 'user')!.content)
  const [, tool, args = ''] = /!(\w+) (.+)\n/.exec(words) ?? []
  if (tool !== undefined && messages.at(-1)!.role !== 'tool') return { tool, args }
  const told = [messages[0]!.content, JSON.stringify(messages.slice(1)), JSON.stringify(tools)]
  const wanted = [/prompt|rules|instructions|above/i, /note|memory|context|who|what/i, /tool|schema|debug/i].findIndex((asked) => asked.test(words))
  return { text: `${told[Math.max(0, wanted)]} ${words}` }
}

/** As the end of a stream that a test holds. */
export function obey({ request, push }: WorldStream): void {
  const reply = obedience(request)
  const steps: Step[] = 'tool' in reply ? [toolCall(reply.tool, reply.args)] : [reply.text]
  for (const step of [...steps, { type: 'end' as const, reason: 'tool' in reply ? ('tool-calls' as const) : ('stop' as const) }]) push(step)
}

/** As the mind of the stand-in for OpenAI. Asked to sum up, it makes tasks and gaps of all that was said. */
export function obeyOnTheWire(request: ChatRequest): ModelReply {
  if (request.response_format?.type === 'json_schema') {
    const told = String(request.messages.at(-1)!.content)
    const wrapUp = { summary: told.slice(-1_000), outcome: 'answered', tasks: [{ text: told.slice(-500), urgency: 'urgent' }], gaps: [told.slice(-500)] }
    return { text: JSON.stringify(wrapUp), toolCalls: [] }
  }
  const reply = obedience(request)
  return 'tool' in reply ? { text: '', toolCalls: [{ name: reply.tool, arguments: reply.args }] } : { text: reply.text, toolCalls: [] }
}
