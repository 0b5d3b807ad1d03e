import { ApiError } from './api-error.ts'

type Schema = Record<string, unknown>

const maxDepth = 10
const notPermitted = [
  'allOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentRequired', 'dependentSchemas', 'patternProperties', 'propertyNames', 'unevaluatedProperties',
  'minProperties', 'maxProperties', 'contains', 'minContains', 'maxContains', 'uniqueItems', 'unevaluatedItems', 'minLength', 'maxLength', 'default',
]

/**
 * Checks a JSON Schema as OpenAI does: an object at the root; with `strict`, only what structured outputs support.
 * Source: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 * @throws ApiError 400
 */
export function checkStrictSchema(owner: string, schema: Schema, isStrict: boolean, where: { param: string; code: string | null }): void {
  const refuse = (message: string) => new ApiError(400, `Invalid schema for ${owner}: ${message}`, where)
  if (schema.type !== 'object') throw refuse(`schema must be a JSON Schema of 'type: "object"', got 'type: "${schema.type ?? 'None'}"'.`)
  if (isStrict) check(schema, [], 1)

  function check(node: unknown, path: string[], depth: number): void {
    const context = `In context=(${path.map((part) => `'${part}'`).join(', ')}${path.length === 1 ? ',' : ''})`
    if (typeof node !== 'object' || node === null || Array.isArray(node)) throw refuse(`${context}, schema must be an object.`)
    if (depth > maxDepth) throw refuse(`${context}, more than ${maxDepth} levels of nesting.`)
    const part = node as Schema
    const forbidden = notPermitted.find((keyword) => keyword in part)
    if (forbidden) throw refuse(`${context}, '${forbidden}' is not permitted.`)
    if (!('type' in part || 'anyOf' in part || '$ref' in part || 'enum' in part || 'const' in part)) throw refuse(`${context}, schema must have a 'type' key.`)
    if (part.type === 'object' || 'properties' in part) checkObject(part, context, path, depth)
    if (part.type === 'array') {
      if (!('items' in part)) throw refuse(`${context}, array schema missing items.`)
      check(part.items, [...path, 'items'], depth + 1)
    }
    for (const [at, option] of ((part.anyOf ?? []) as unknown[]).entries()) check(option, [...path, 'anyOf', String(at)], depth)
    for (const [name, definition] of Object.entries((part.$defs ?? {}) as Schema)) check(definition, [...path, '$defs', name], depth)
  }

  function checkObject(part: Schema, context: string, path: string[], depth: number): void {
    const properties = Object.entries((part.properties ?? {}) as Schema)
    if (part.additionalProperties !== false) throw refuse(`${context}, 'additionalProperties' is required to be supplied and to be false.`)
    const required = (part.required ?? []) as string[]
    const missing = properties.find(([name]) => !required.includes(name))
    if (missing) throw refuse(`${context}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing[0]}'.`)
    const extra = required.find((name) => !properties.some(([property]) => property === name))
    if (extra) throw refuse(`${context}, 'required' holds '${extra}', which is not a property.`)
    for (const [name, property] of properties) check(property, [...path, 'properties', name], depth + 1)
  }
}
