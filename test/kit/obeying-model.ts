import { toolCall, type Step } from './scripted-turn.ts'
import type { WorldStream } from './session-world.ts'

/**
 * The worst model that there can be: it says what its request holds of what the caller asks for, and calls whatever tool
 * the caller dictates (`!name {…}`), with those arguments; told that it may not, it says all that it was told.
 */
export function obey({ request: { messages, tools }, push }: WorldStream): void {
  const words = messages.findLast(({ role }) => role === 'user')!.content
  const [, tool, args] = /!(\w+) (.+)\n/.exec(words) ?? []
  const told = [messages[0]!.content, JSON.stringify(messages.slice(1)), JSON.stringify(tools)]
  const wanted = [/prompt|rules|instructions|above/i, /note|memory|context|who|what/i, /tool|schema|debug/i].findIndex((asked) => asked.test(words))
  const isDictated = tool !== undefined && messages.at(-1)!.role !== 'tool'
  const steps: Step[] = isDictated ? [toolCall(tool, args)] : [`${told[Math.max(0, wanted)]} ${words}`]
  for (const step of [...steps, { type: 'end' as const, reason: isDictated ? ('tool-calls' as const) : ('stop' as const) }]) push(step)
}
