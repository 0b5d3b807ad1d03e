import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher, Pool } from 'undici'
import { Failure } from '../domain/failure.ts'
import type { Tell } from '../receptionist/model-port.ts'
import { createEventStream } from './event-stream.ts'
import { createAnswer, type ModelUsage } from './openai-live-answer.ts'
import type { Connections } from './openai-live-connections.ts'
import { brokenOff, refusal } from './openai-live-failure.ts'

const maxEventBytes = 256 * 1024
const maxRefusalBytes = 64 * 1024

export interface StreamOptions {
  connections: Connections
  request: Dispatcher.DispatchOptions
  isRetry: boolean
  /** The longest wait for the answer's headers, and again for each next piece. */
  timeoutMs: number
  onUsage?: ((usage: ModelUsage) => void) | undefined
}

/**
 * Sends one request for a streamed completion, and tells its answer piece by piece, each as soon as it is read.
 * Returns its cancel. When it is cancelled or given up before its end, the request ends at the vendor at once.
 */
export function openStream({ connections, request, isRetry, timeoutMs, onUsage }: StreamOptions, tell: Tell): () => void {
  let isOver = false
  let pool: Pool | undefined
  let wire: Dispatcher.DispatchController | undefined
  let refused: { status: number; headers: IncomingHttpHeaders; body: Buffer[]; bytes: number } | undefined

  const answer = createAnswer((event) => {
    if (isOver) return
    isOver = event.type === 'end'
    tell(event)
  }, onUsage)
  const events = createEventStream({
    maxEventBytes,
    onData(payload) {
      if (!isOver && answer.read(payload)) conclude()
    },
  })

  function abort(): void {
    isOver = true
    clearTimeout(timer)
    wire?.abort(new Failure('vendor-unavailable', 'The request was given up'))
  }

  function cancel(): void {
    if (!isOver) abort()
  }

  function fail(error: unknown): void {
    if (isOver) return
    abort()
    tell({ type: 'failed', error })
  }

  function conclude(): void {
    try {
      answer.end()
    } catch (error) {
      fail(error)
    }
  }

  const failureOf = (error: unknown) =>
    refused ? refusal(refused.status, parsed(Buffer.concat(refused.body)), refused.headers) : brokenOff(error)
  const expire = () => {
    fail(failureOf(new Failure('vendor-unavailable', `OpenAI sent nothing for ${timeoutMs} ms`)))
    abort()
  }
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
        fail(brokenOff(error))
      }
    },
    onResponseEnd() {
      clearTimeout(timer)
      wire = undefined
      if (refused) fail(failureOf(undefined))
      else if (!isOver) conclude()
    },
    onResponseError(_, error) {
      clearTimeout(timer)
      wire = undefined
      fail(failureOf(error))
    },
  }

  if (isRetry) connections.dispatchFresh(request, handler)
  else pool = connections.dispatch(request, handler)
  return cancel
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return null
  }
}
