import { callBounds } from '../domain/call-bounds.ts'
import { Failure } from '../domain/failure.ts'
import type { ModelEvent, ToolCall } from './model-port.ts'

/** However steadily a stream drips, no reply takes longer. */
const maxStreamMs = 20_000

export type StreamOutcome =
  | { type: 'ended'; calls: ToolCall[]; isFiltered: boolean }
  | { type: 'failed'; error: unknown }
  | { type: 'aborted' }

/**
 * Reads one stream of the model to its end, and resolves as soon as it ended, failed, stalled or was aborted by `signal`,
 * whatever the stream itself does then. `onText` returns false when enough was said. Opens the stream before it returns.
 */
export function readStream(
  open: (signal: AbortSignal) => AsyncIterable<ModelEvent>,
  { signal, after, onText }: { signal: AbortSignal; after(ms: number, run: () => void): () => void; onText(text: string): boolean },
): Promise<StreamOutcome> {
  const request = new AbortController()
  return new Promise((resolve) => {
    let isSettled = false
    let cancelStall = () => {}
    const settle = (outcome: StreamOutcome) => {
      if (isSettled) return
      isSettled = true
      cancelStall()
      cancelDeadline()
      signal.removeEventListener('abort', onAbort)
      request.abort()
      resolve(outcome)
    }
    const fail = (why: string) => () => settle({ type: 'failed', error: new Failure('vendor-unavailable', why) })
    const onAbort = () => settle({ type: 'aborted' })
    const watch = () => {
      cancelStall()
      cancelStall = after(callBounds.stalledAfterMs, fail('The model stalled'))
    }
    const cancelDeadline = after(maxStreamMs, fail('The model took too long'))
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort)
    watch()

    const read = async () => {
      const calls: ToolCall[] = []
      for await (const event of open(request.signal)) {
        if (isSettled) return
        watch()
        if (event.type === 'tool-call') calls.push(event.call)
        if (event.type === 'text' && !onText(event.text)) return settle({ type: 'ended', calls, isFiltered: false })
        if (event.type === 'end') return settle({ type: 'ended', calls, isFiltered: event.reason === 'filter' })
      }
      settle({ type: 'failed', error: new Failure('vendor-answer-malformed', 'The stream had no end') })
    }
    read().catch((error: unknown) => settle({ type: 'failed', error }))
  })
}
