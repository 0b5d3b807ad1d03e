import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher, Pool } from 'undici'
import { Failure } from '../domain/failure.ts'
import type { ModelEvent } from '../receptionist/model-port.ts'
import { createEventStream } from './event-stream.ts'
import { createAnswer, type ModelUsage } from './openai-live-answer.ts'
import type { Connections } from './openai-live-connections.ts'
import { brokenOff, refusal } from './openai-live-failure.ts'

const maxEventBytes = 256 * 1024
const maxRefusalBytes = 64 * 1024

export interface StreamOptions {
  connections: Connections
  request: Dispatcher.DispatchOptions
  signal: AbortSignal
  isRetry: boolean
  /** The longest wait for the answer's headers, and again for each next piece. */
  timeoutMs: number
  onUsage?: ((usage: ModelUsage) => void) | undefined
}

export interface StreamListener {
  onText(text: string): void
  /** Tool calls, told of as they come and given once they are whole; and the end. */
  onEvent(event: ModelEvent): void
  /** Called once, last: with what went wrong, the signal's reason for an abort, or undefined after the end. */
  onOver(error?: unknown): void
}

/**
 * Sends one request for a streamed completion, and tells its answer piece by piece, each as soon as it is read.
 * Returns its cancel. When it is cancelled, aborted or given up before its end, the request ends at the vendor at once.
 */
export function openStream(options: StreamOptions, { onText, onEvent, onOver }: StreamListener): () => void {
  const { connections, request, signal, isRetry, timeoutMs, onUsage } = options
  let isOver = false
  let pool: Pool | undefined
  let wire: Dispatcher.DispatchController | undefined
  let refused: { status: number; headers: IncomingHttpHeaders; body: Buffer[]; bytes: number } | undefined

  const answer = createAnswer({ onText, onProgress: () => onEvent({ type: 'progress' }), onUsage })
  const events = createEventStream({
    maxEventBytes,
    onData(payload) {
      if (!isOver && answer.read(payload)) conclude()
    },
  })

  function over(error?: unknown): void {
    if (isOver) return
    isOver = true
    signal.removeEventListener('abort', onAbort)
    onOver(error)
  }

  function stop(error: unknown): void {
    clearTimeout(timer)
    over(error)
    wire?.abort(error as Error)
  }

  function conclude(): void {
    try {
      for (const event of answer.end()) if (!isOver) onEvent(event)
      over()
    } catch (error) {
      stop(error)
    }
  }

  const failureOf = (error: unknown) =>
    refused ? refusal(refused.status, parsed(Buffer.concat(refused.body)), refused.headers) : brokenOff(error)
  const onAbort = () => stop(signal.reason)
  const expire = () => stop(failureOf(new Failure('vendor-unavailable', `OpenAI sent nothing for ${timeoutMs} ms`)))
  const suspectAfterMs = timeoutMs / 4
  const suspect = () => {
    if (pool) connections.replace(pool)
    timer = setTimeout(expire, timeoutMs - suspectAfterMs)
  }
  let timer = setTimeout(suspect, suspectAfterMs)

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(controller) {
      // Over while it waited for a connection: it is not sent, and the connection is kept for the next one.
      if (isOver) throw new Failure('vendor-unavailable')
      wire = controller
    },
    onResponseStart(_, status, headers) {
      if (status < 200) return
      clearTimeout(timer)
      timer = setTimeout(expire, timeoutMs)
      if (status > 299) refused = { status, headers, body: [], bytes: 0 }
    },
    onResponseData(_, bytes) {
      // After the end too: the vendor may not hold the connection for ever.
      timer.refresh()
      if (refused) {
        refused.bytes += bytes.length
        if (refused.bytes <= maxRefusalBytes) refused.body.push(bytes)
        return
      }
      if (isOver) return
      try {
        events.read(bytes)
      } catch (error) {
        stop(brokenOff(error))
      }
    },
    onResponseEnd() {
      clearTimeout(timer)
      wire = undefined
      if (refused) over(failureOf(undefined))
      else if (!isOver) conclude()
    },
    onResponseError(_, error) {
      clearTimeout(timer)
      wire = undefined
      if (!isOver) over(failureOf(error))
    },
  }

  if (signal.aborted) onAbort()
  else {
    signal.addEventListener('abort', onAbort)
    if (isRetry) connections.dispatchFresh(request, handler)
    else pool = connections.dispatch(request, handler)
  }
  return () => {
    if (!isOver) stop(undefined)
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return null
  }
}
