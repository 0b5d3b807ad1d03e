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

export interface ModelPort {
  /**
   * Streams one completion: text as it comes, each tool call whole (`progress` till then), one `end`. Aborting `signal` ends the request at the
   * vendor at once. `isRetry` asks for a fresh connection.
   * @throws Failure `vendor-unavailable`, `vendor-rate-limited`, `vendor-refused` or `vendor-answer-malformed`.
   */
  stream(request: ModelRequest, options: { signal: AbortSignal; isRetry: boolean }): AsyncIterable<ModelEvent>
}
