import type { ModelEvent, ModelPort } from '../receptionist/model-port.ts'
import type { ModelUsage } from './openai-live-answer.ts'
import { createRequestBody } from './openai-live-body.ts'
import { createConnections, createConnector, type Connections } from './openai-live-connections.ts'
import { rehearse } from './openai-live-rehearsal.ts'
import { openStream, type StreamListener } from './openai-live-stream.ts'

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
 * at the vendor (`store: false`), nothing is retried here: the receptionist decides that within its bounds. An aborted
 * stream throws the signal's reason. Failures are coded as {@link ModelPort} says; their messages hold no text of the conversation.
 */
export function createOpenAiLive({ apiKey, baseUrl, model, timeoutMs, onUsage }: OpenAiLiveOptions): OpenAiLive {
  const { origin, protocol, pathname } = new URL(baseUrl ?? 'https://api.openai.com/v1')
  const path = `${pathname.replace(/\/+$/, '')}/chat/completions`
  const headers = ['content-type', 'application/json', 'accept', 'text/event-stream', 'user-agent', 'IronVoice', 'authorization', `Bearer ${apiKey}`]
  const bodyOf = createRequestBody(model)
  const connections = createConnections(new URL(origin), createConnector(timeoutMs))

  const modelOver = (connections: Connections): ModelPort => ({
    stream: (request, { signal, isRetry }) => ({
      [Symbol.asyncIterator]: () =>
        iterate((listener) => {
          const wire = { path, method: 'POST', headers, body: bodyOf(request) }
          return openStream({ connections, request: wire, signal, isRetry, timeoutMs, onUsage }, listener)
        }),
    }),
  })
  return { ...modelOver(connections), rehearse: () => rehearse(protocol, modelOver), close: connections.close }
}

/** What a stream tells, to be taken one by one. What was not taken when it failed is not told any more. */
function iterate(open: (listener: StreamListener) => () => void): AsyncIterator<ModelEvent> {
  const takers: PromiseWithResolvers<IteratorResult<ModelEvent>>[] = []
  let events: ModelEvent[] = []
  let failure: { error: unknown } | undefined
  let isOver = false
  let cancel: (() => void) | undefined

  function serve(): void {
    while (takers.length > 0 && (events.length > 0 || isOver)) {
      const taker = takers.shift()!
      const value = events.shift()
      if (value) taker.resolve({ done: false, value })
      else if (failure) taker.reject(failure.error)
      else taker.resolve({ done: true, value: undefined })
      if (!value) failure = undefined
    }
  }
  function push(event: ModelEvent): void {
    events.push(event)
    serve()
  }
  const listener: StreamListener = {
    onText: (text) => push({ type: 'text', text }),
    onEvent: push,
    onOver(error) {
      isOver = true
      if (error !== undefined) {
        events = []
        failure = { error }
      }
      serve()
    },
  }
  return {
    next() {
      if (!isOver) cancel ??= open(listener)
      const taker = Promise.withResolvers<IteratorResult<ModelEvent>>()
      takers.push(taker)
      serve()
      return taker.promise
    },
    async return() {
      isOver = true
      events = []
      cancel?.()
      serve()
      return { done: true, value: undefined }
    },
  }
}
