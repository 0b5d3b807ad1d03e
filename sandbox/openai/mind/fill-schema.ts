import type { ChatRequest } from '../chat-request.ts'
import { readConversation } from './conversation.ts'
import type { CallFacts } from './call-facts.ts'
import { factsOf } from './call-facts.ts'
import type { JsonSchema } from './tool-roles.ts'
import { fitting } from './tool-roles.ts'

/** A value of the schema, made of what the transcript in the request holds, by what the properties are called. */
export function fillSchema(schema: JsonSchema, request: ChatRequest): unknown {
  const { turns } = readConversation(request)
  const raw = request.messages.map(({ content }) => (typeof content === 'string' ? content : '')).join('\n')
  const facts = factsOf(/<transcript>\n([\s\S]*)\n<\/transcript>/.exec(raw)?.[1] ?? turns.map(({ role, text }) => `${role}: ${text}`).join('\n'))
  return fillObject(schema, facts)
}

function fillObject(schema: JsonSchema, facts: CallFacts): unknown {
  return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, property]) => [name, fillProperty(name.toLowerCase(), property, facts)]))
}

function fillProperty(name: string, schema: JsonSchema, facts: CallFacts): unknown {
  if (/summary|overview/.test(name)) return fitting(schema, facts.summary)
  if (/outcome|result|status/.test(name)) return fitting(schema, facts.outcome)
  if (/gap|unanswered|unknown/.test(name)) return fillList(schema, facts.gaps.map((text) => ({ text })))
  if (/task|follow|action|todo/.test(name)) return fillList(schema, facts.tasks)
  if (/caller_?name/.test(name)) return fitting(schema, facts.callerName)
  return schema.properties ? fillObject(schema, facts) : fitting(schema, undefined)
}

function fillList({ items = {} }: JsonSchema, entries: { text: string; urgency?: string }[]): unknown[] {
  if (!items.properties) return entries.map(({ text }) => fitting(items, text))
  const { properties } = items
  return entries.map((entry) =>
    Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, fitting(schema, /urgen|priorit/i.test(name) ? entry.urgency : entry.text)])),
  )
}
