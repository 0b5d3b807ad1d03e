import type { ChatRequest } from '../chat-request.ts'
import { fold } from './terms.ts'

export type ToolRole = 'transfer' | 'message' | 'end' | 'language' | 'gap'
export interface Tool {
  name: string
  description: string
  parameters: JsonSchema
}
export interface JsonSchema {
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  properties?: Record<string, JsonSchema>
  items?: JsonSchema
  anyOf?: JsonSchema[]
}

const names: Record<ToolRole, RegExp> = {
  gap: /gap|unknown|unanswered/,
  transfer: /transfer|human|handoff|hand_off|put_through|connect_/,
  message: /message/,
  end: /end_?call|hang_?up|goodbye|end_conversation/,
  language: /language/,
}
const descriptions: Record<ToolRole, RegExp> = {
  gap: /(?:doesnt|does not|cannot|cant|couldnt) (?:be )?(?:answer|know)/,
  transfer: /(?:through|transfer\w*|connect\w*) .*(?:person|human|staff|someone)/,
  message: /(?:take|leave|record)\w* a message/,
  end: /hangs? up|ends? the call/,
  language: /another language/,
}

/** Which of the request's tools does what, by its name, else by its description. */
export function toolsByRole({ tools = [], tool_choice }: ChatRequest): Partial<Record<ToolRole, Tool>> {
  if (tool_choice === 'none') return {}
  const known = tools.map(({ function: { name, description = '', parameters = {} } }) => ({ name, description, parameters: parameters as JsonSchema }))
  const find = (role: ToolRole) =>
    known.find(({ name }) => names[role].test(name.toLowerCase())) ?? known.find(({ description }) => descriptions[role].test(fold(description)))
  return Object.fromEntries((Object.keys(names) as ToolRole[]).map((role) => [role, find(role)]))
}

/** Values for a tool's parameters, by what the parameters are called. */
export function fillArguments({ parameters }: Tool, values: Partial<Record<'name' | 'number' | 'text' | 'urgency' | 'reason' | 'question' | 'language', string>>): object {
  const valueOf = (property: string): string | undefined => {
    const name = property.toLowerCase()
    if (/urgen|priorit/.test(name)) return values.urgency
    if (/number|phone/.test(name)) return values.number
    if (/name/.test(name)) return values.name
    if (/question/.test(name)) return values.question
    if (/language/.test(name)) return values.language
    if (/reason|why/.test(name)) return values.reason
    if (/text|message|content|body|summary/.test(name)) return values.text
    return undefined
  }
  return Object.fromEntries(Object.entries(parameters.properties ?? {}).map(([name, schema]) => [name, fitting(schema, valueOf(name))]))
}

/** The value where the schema allows it, else the emptiest one that it does. */
export function fitting(schema: JsonSchema, value: unknown): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum.includes(value) ? value : (schema.enum.find((option) => option === 'normal') ?? schema.enum[0])
  const types = [schema.type ?? schema.anyOf?.map(({ type }) => type)].flat(2)
  if (typeof value === 'string' && types.includes('string') && (value !== '' || !types.includes('null'))) return value
  if (types.includes('null')) return null
  if (types.includes('string')) return ''
  if (types.includes('array')) return []
  if (types.includes('boolean')) return false
  if (types.includes('number') || types.includes('integer')) return 0
  return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, property]) => [name, fitting(property, undefined)]))
}
