import { z } from 'zod'
import { takenMessageSchema } from '../domain/conversation.ts'
import type { Knowledge } from '../domain/knowledge.ts'
import type { ToolCall, ToolDefinition } from './model-port.ts'
import { strictSchema } from './strict-schema.ts'

const line = (max: number) => z.string().trim().min(1).max(max)

const argumentSchemas = {
  transfer_to_human: z.strictObject({ reason: line(300) }),
  take_message: takenMessageSchema,
  change_language: z.strictObject({ language: line(10) }),
  end_call: z.strictObject({ reason: line(300) }),
  report_knowledge_gap: z.strictObject({ question: line(500) }),
} as const

export type ToolName = keyof typeof argumentSchemas
export type ToolRequest = { [Name in ToolName]: { name: Name; arguments: z.infer<(typeof argumentSchemas)[Name]> } }[ToolName]

/** What a model is told of a tool call that was not carried out. */
export type ToolErrorCode =
  | 'tool-unknown'
  | 'arguments-too-large'
  | 'arguments-malformed'
  | 'arguments-invalid'
  | 'language-not-offered'
  | 'transfer-not-possible'
  | 'message-not-confirmed'

const maxArgumentChars = 4_000

const descriptions: Record<ToolName, string> = {
  transfer_to_human: 'Puts the caller through to a person of the business. reason: why, in a few words.',
  take_message:
    'Takes a message for the business. It is read back to the caller; call it again, unchanged, once the caller confirmed it. callerName: as the caller said it, else empty. callbackNumber: digits of a number that the caller asked to be called back at, else empty. text: the message in full, in the caller\'s own words as far as possible. urgency: "urgent" only when it can\'t wait until tomorrow.',
  change_language: 'Goes on in another language that the business offers.',
  end_call: 'Hangs up once the reply was spoken. reason: why, in a few words.',
  report_knowledge_gap: "Reports a question that the knowledge doesn't answer. question: the question, in one short sentence.",
}

/** The tools of a tenant, the same for every turn of a knowledge version. */
export function toolsOf({ voice }: Knowledge): ToolDefinition[] {
  const languages = offeredLanguages(voice)
  const schemas: Record<ToolName, z.ZodType> = { ...argumentSchemas, change_language: z.strictObject({ language: z.enum(languages) }) }
  return (Object.keys(schemas) as ToolName[])
    .filter((name) => name !== 'change_language' || languages.length > 1)
    .map((name) => ({ name, description: descriptions[name], parameters: strictSchema(schemas[name]) }))
}

/** The languages that a call may be in, the tenant's own first. */
export function offeredLanguages({ language, otherLanguages }: Knowledge['voice']): string[] {
  return [...new Set([language, ...otherLanguages])]
}

/** Checks what a model asks for; a string is the code of what is wrong with it. */
export function checkedCall({ name, arguments: text }: ToolCall): ToolRequest | ToolErrorCode {
  if (!Object.hasOwn(argumentSchemas, name)) return 'tool-unknown'
  if (text.length > maxArgumentChars) return 'arguments-too-large'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'arguments-malformed'
  }
  const result = argumentSchemas[name as ToolName].safeParse(value)
  return result.success ? ({ name, arguments: result.data } as ToolRequest) : 'arguments-invalid'
}
