/** One line of what a model is sent; the shape of OpenAI's chat completions, which other vendors speak too. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant' | 'tool'
  content: string
  toolCalls?: ToolCall[]
  toolCallId?: string
}

export interface ToolCall {
  id: string
  name: string
  /** JSON as the model wrote it: unchecked, perhaps truncated. */
  arguments: string
}

export interface ToolDefinition {
  name: string
  description: string
  /** JSON Schema in OpenAI's strict form: no additional property, every property required. */
  parameters: object
}

export interface ModelRequest {
  messages: ChatMessage[]
  tools: ToolDefinition[]
  maxTokens: number
  temperature: number
}

export type ModelEvent =
  | { type: 'text'; text: string }
  /** A piece of a tool call came, which is handed on once it is whole. */
  | { type: 'progress' }
  | { type: 'tool-call'; call: ToolCall }
  | { type: 'end'; reason: 'stop' | 'tool-calls' | 'length' | 'filter' }
  /** In the place of `end`; Failure `vendor-unavailable`, `vendor-rate-limited`, `vendor-refused` or `vendor-answer-malformed`. */
  | { type: 'failed'; error: unknown }

export type Tell = (event: ModelEvent) => void

export interface ModelPort {
  /**
   * Streams one completion: text as it comes, each tool call whole (`progress` till then), then one `end` or `failed`. The
   * first of it may be told before this returns. `isRetry` asks for a fresh connection. Returns its cancel: nothing is told
   * any more, and the request ends at the vendor at once.
   */
  stream(request: ModelRequest, options: { isRetry: boolean }, tell: Tell): () => void
}
