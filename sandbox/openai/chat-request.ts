import { z } from 'zod'
import { ApiError } from './api-error.ts'
import { checkMessageOrder } from './message-order.ts'
import { checkStrictSchema } from './strict-schema.ts'

const functionName = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/)
const text = z.string()
const textParts = z.array(z.strictObject({ type: z.literal('text'), text })).min(1)
const content = z.union([text, textParts])
const name = z.string().optional()
const jsonObject = z.record(z.string(), z.unknown())

const messageSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'developer']), content, name }),
  z.strictObject({ role: z.literal('user'), content, name }),
  z.strictObject({
    role: z.literal('assistant'),
    content: content.nullish(),
    refusal: z.string().nullish(),
    name,
    tool_calls: z
      .array(z.strictObject({ id: z.string(), type: z.literal('function'), function: z.strictObject({ name: functionName, arguments: z.string() }) }))
      .min(1)
      .optional(),
  }),
  z.strictObject({ role: z.literal('tool'), content, tool_call_id: z.string() }),
])

const toolSchema = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: functionName,
    description: z.string().optional(),
    parameters: jsonObject.optional(),
    strict: z.boolean().nullish(),
  }),
})

const responseFormatSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({ name: functionName, description: z.string().optional(), schema: jsonObject.optional(), strict: z.boolean().nullish() }),
  }),
])

/** `POST /v1/chat/completions`, every parameter that OpenAI knows and this stand-in carries out. */
const chatRequestSchema = z.strictObject({
  model: z.string().min(1),
  messages: z.array(messageSchema).min(1),
  tools: z.array(toolSchema).min(1).max(128).optional(),
  tool_choice: z
    .union([z.enum(['none', 'auto', 'required']), z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: functionName }) })])
    .optional(),
  parallel_tool_calls: z.boolean().optional(),
  response_format: responseFormatSchema.optional(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_usage: z.boolean().optional(), include_obfuscation: z.boolean().optional() }).nullish(),
  store: z.boolean().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  n: z.int().min(1).max(1).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  user: z.string().optional(),
  safety_identifier: z.string().optional(),
  prompt_cache_key: z.string().nullish(),
  prompt_cache_retention: z.enum(['in_memory', '24h']).nullish(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullish(),
  service_tier: z.enum(['auto', 'default', 'flex', 'priority']).nullish(),
})

export type ChatRequest = z.infer<typeof chatRequestSchema>
export type ChatRequestMessage = ChatRequest['messages'][number]

/** @throws ApiError 400 or 404, as OpenAI would refuse it. */
export function parseChatRequest(body: string): ChatRequest {
  const value = parseJson(body)
  const result = chatRequestSchema.safeParse(value)
  if (!result.success) throw toApiError(result.error.issues[0]!, value)
  const request = result.data
  if (!/^(gpt|o\d|chatgpt|ft:)/.test(request.model)) {
    throw new ApiError(404, `The model \`${request.model}\` does not exist or you do not have access to it.`, { code: 'model_not_found' })
  }
  const { tools, tool_choice, parallel_tool_calls, stream, stream_options, max_tokens, max_completion_tokens, response_format } = request
  if (tool_choice && !tools) throw onlyWith('tool_choice', 'tools')
  if (parallel_tool_calls !== undefined && !tools) throw onlyWith('parallel_tool_calls', 'tools')
  if (stream_options && !stream) {
    throw new ApiError(400, "The 'stream_options' parameter is only allowed when 'stream' is enabled.", { param: 'stream_options' })
  }
  if (max_tokens && max_completion_tokens) {
    throw new ApiError(400, "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", { code: 'invalid_parameter_combination' })
  }
  checkMessageOrder(request.messages)
  for (const [at, { function: { name, parameters, strict } }] of (tools ?? []).entries()) {
    const where = { param: `tools[${at}].function.parameters`, code: 'invalid_function_parameters' }
    checkStrictSchema(`function '${name}'`, parameters ?? { type: 'object', properties: {}, additionalProperties: false }, strict === true, where)
  }
  if (response_format?.type === 'json_schema') {
    const { name, schema, strict } = response_format.json_schema
    if (!schema) throw new ApiError(400, "Missing required parameter: 'response_format.json_schema.schema'.", { param: 'response_format.json_schema.schema', code: 'missing_required_parameter' })
    checkStrictSchema(`response_format '${name}'`, schema, strict === true, { param: 'response_format', code: null })
  }
  return request
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new ApiError(400, 'We could not parse the JSON body of your request. (HINT: This likely means you aren\'t using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)')
  }
}

const onlyWith = (param: string, other: string) =>
  new ApiError(400, `Invalid value for '${param}': '${param}' is only allowed when '${other}' are specified.`, { param })

function toApiError(issue: z.core.$ZodIssue, body: unknown): ApiError {
  const param = issue.path.reduce<string>((path, key) => (typeof key === 'number' ? `${path}[${key}]` : `${path && `${path}.`}${String(key)}`), '')
  const found = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], body)
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!
    if (!param) return new ApiError(400, `Unrecognized request argument supplied: ${key}`)
    return new ApiError(400, `Unknown parameter: '${param}.${key}'.`, { param: `${param}.${key}`, code: 'unknown_parameter' })
  }
  if (found === undefined) return new ApiError(400, `Missing required parameter: '${param}'.`, { param, code: 'missing_required_parameter' })
  if (issue.code === 'invalid_type') {
    const given = found === null ? 'null' : Array.isArray(found) ? 'an array' : `a ${typeof found}`
    return new ApiError(400, `Invalid type for '${param}': expected ${issue.expected}, but got ${given} instead.`, { param, code: 'invalid_type' })
  }
  return new ApiError(400, `Invalid value for '${param}': ${issue.message}.`, { param, code: 'invalid_value' })
}
