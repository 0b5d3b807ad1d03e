import type { ModelPort } from '../receptionist/model-port.ts'
import type { ModelUsage } from './openai-live-answer.ts'
import { createRequestBody } from './openai-live-body.ts'
import { createConnections, createConnector, type Connections } from './openai-live-connections.ts'
import { rehearse } from './openai-live-rehearsal.ts'
import { openStream } from './openai-live-stream.ts'

export type { ModelUsage } from './openai-live-answer.ts'

export interface OpenAiLiveOptions {
  apiKey: string
  baseUrl?: string | undefined
  model: string
  /** The longest wait for the answer's headers, and again for each next chunk. */
  timeoutMs: number
  onUsage?(usage: ModelUsage): void
}

export interface OpenAiLive extends ModelPort {
  /** Makes the first answer as fast as the hundredth; to be awaited before the process is ready. */
  rehearse(): Promise<void>
  /** Lets what is under way come to its end, and closes all connections. */
  close(): Promise<void>
}

/**
 * OpenAI's streamed chat completions, or any server that speaks them, as the receptionist's model on a live call: a small
 * reader of its own, for the sake of each token, over connections that are warm before the first word. Nothing is stored
 * at the vendor (`store: false`), nothing is retried here: the receptionist decides that within its bounds. Failures
 * are coded as {@link ModelPort} says; their messages hold no text of the conversation.
 */
export function createOpenAiLive({ apiKey, baseUrl, model, timeoutMs, onUsage }: OpenAiLiveOptions): OpenAiLive {
  const { origin, protocol, pathname } = new URL(baseUrl ?? 'https://api.openai.com/v1')
  const path = `${pathname.replace(/\/+$/, '')}/chat/completions`
  const headers = ['content-type', 'application/json', 'accept', 'text/event-stream', 'user-agent', 'IronVoice', 'authorization', `Bearer ${apiKey}`]
  const bodyOf = createRequestBody(model)
  const connections = createConnections(new URL(origin), createConnector(timeoutMs))

  const modelOver = (connections: Connections): ModelPort => ({
    stream(request, { isRetry }, tell) {
      const wire = { path, method: 'POST', headers, body: bodyOf(request) } as const
      return openStream({ connections, request: wire, isRetry, timeoutMs, onUsage }, tell)
    },
  })
  return { ...modelOver(connections), rehearse: () => rehearse(protocol, modelOver), close: connections.close }
}
