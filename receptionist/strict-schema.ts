import { z } from 'zod'

const limits = new Set(['$schema', 'default', 'minLength', 'maxLength', 'pattern', 'format', 'minItems', 'maxItems', 'minimum', 'maximum'])

interface SchemaNode {
  [keyword: string]: unknown
  properties?: Record<string, SchemaNode>
  items?: SchemaNode
}

/**
 * A zod schema as JSON Schema in OpenAI's strict form: no additional property, every property required, and none of the
 * limits that its decoder refuses on some models. What comes back is checked by the zod schema itself.
 */
export function strictSchema(schema: z.ZodType): object {
  return strict(z.toJSONSchema(schema, { io: 'output' }) as SchemaNode)
}

function strict(node: SchemaNode): SchemaNode {
  const kept = Object.fromEntries(Object.entries(node).filter(([keyword]) => !limits.has(keyword)))
  if (node.items) kept.items = strict(node.items)
  if (!node.properties) return kept
  const properties = Object.entries(node.properties).map(([name, child]) => [name, strict(child)])
  return { ...kept, properties: Object.fromEntries(properties), required: Object.keys(node.properties), additionalProperties: false }
}
