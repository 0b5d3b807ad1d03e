import { callBounds } from '../domain/call-bounds.ts'
import { Failure } from '../domain/failure.ts'
import type { ModelEvent, Tell, ToolCall } from './model-port.ts'
import type { TurnPorts } from './turn-port.ts'

/** However steadily a stream drips, no reply takes longer. */
const maxStreamMs = 20_000

export type StreamOutcome =
  | { type: 'ended'; calls: ToolCall[]; isFiltered: boolean }
  | { type: 'failed'; error: unknown }
  | { type: 'aborted' }

export interface ReadOptions extends Pick<TurnPorts, 'nowMs' | 'after'> {
  signal: AbortSignal
  /** Returns false when enough was said. */
  onText(text: string): boolean
}

/**
 * Reads one stream of the model to its end, and resolves as soon as it ended, failed, stalled or was aborted by `signal`,
 * whatever the stream itself does then. Opens the stream before it returns.
 */
export function readStream(open: (tell: Tell) => () => void, { signal, nowMs, after, onText }: ReadOptions): Promise<StreamOutcome> {
  const { promise, resolve } = Promise.withResolvers<StreamOutcome>()
  if (signal.aborted) return Promise.resolve({ type: 'aborted' })
  const calls: ToolCall[] = []
  const deadlineMs = nowMs() + maxStreamMs
  let toldAtMs = nowMs()
  let isSettled = false
  let cancelStream = () => {}

  function settle(outcome: StreamOutcome) {
    if (isSettled) return
    isSettled = true
    cancelLook()
    signal.removeEventListener('abort', onAbort)
    cancelStream()
    resolve(outcome)
  }
  const onAbort = () => settle({ type: 'aborted' })

  /** One timer for the whole stream: a token only leaves its time behind. */
  function look() {
    const leftMs = Math.min(toldAtMs + callBounds.stalledAfterMs, deadlineMs) - nowMs()
    if (leftMs > 0) cancelLook = after(leftMs, look)
    else settle({ type: 'failed', error: new Failure('vendor-unavailable', 'The model stalled, or took too long') })
  }
  let cancelLook = after(callBounds.stalledAfterMs, look)
  signal.addEventListener('abort', onAbort)

  function told(event: ModelEvent) {
    toldAtMs = nowMs()
    if (event.type === 'tool-call') calls.push(event.call)
    else if (event.type === 'failed') settle(event)
    else if (event.type === 'end') settle({ type: 'ended', calls, isFiltered: event.reason === 'filter' })
    else if (event.type === 'text' && !onText(event.text)) settle({ type: 'ended', calls, isFiltered: false })
  }

  /** Nothing that goes wrong here reaches the connection, which other calls' streams share. */
  function attempt(run: () => void) {
    try {
      run()
    } catch (error) {
      settle({ type: 'failed', error })
    }
  }
  attempt(() => {
    cancelStream = open((event) => isSettled || attempt(() => told(event)))
  })
  if (isSettled) cancelStream()
  return promise
}
