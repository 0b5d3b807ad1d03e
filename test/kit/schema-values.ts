import fc from 'fast-check'
import { z } from 'zod'

/** The parts of JSON Schema (2020-12) that zod writes. */
interface JsonSchema {
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
}

/** Longer texts and lists than these are no better a test, and slow. */
const longText = 60
const longList = 4

/** Values of the form that a zod schema takes (its input). What the schema asks beyond the form, by code of its own, some of them miss. */
export const valuesOf = (schema: z.ZodType): fc.Arbitrary<unknown> => arbitrary(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema)

function arbitrary(schema: JsonSchema): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(arbitrary))
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => arbitrary({ ...schema, type })))
  if (schema.type === 'object') {
    const { properties = {}, required = [] } = schema
    const members = Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, arbitrary(member)]))
    return fc.record(members, { requiredKeys: required.filter((name) => name in members), noNullPrototype: true })
  }
  if (schema.type === 'array') {
    const { items = {}, minItems = 0, maxItems = longList } = schema
    return fc.array(arbitrary(items), { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems, longList)) })
  }
  if (schema.type === 'string') return text(schema)
  if (schema.type === 'integer') return fc.integer({ min: Math.max(schema.minimum ?? -1_000, -(2 ** 31)), max: Math.min(schema.maximum ?? 1_000, 2 ** 31 - 1) })
  if (schema.type === 'number') return fc.double({ noNaN: true, noDefaultInfinity: true })
  if (schema.type === 'boolean') return fc.boolean()
  if (schema.type === 'null') return fc.constant(null)
  return fc.jsonValue({ maxDepth: 2 })
}

function text({ pattern, minLength = 0, maxLength = longText }: JsonSchema): fc.Arbitrary<string> {
  if (pattern) return fc.stringMatching(new RegExp(pattern))
  const bounds = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, longText)) }
  return fc.oneof({ weight: 3, arbitrary: fc.string({ unit: 'grapheme', ...bounds }) }, { weight: 1, arbitrary: fc.string({ unit: 'binary', ...bounds }) })
}
