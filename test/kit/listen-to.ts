import type { ModelEvent, ModelPort, ModelRequest } from '../../receptionist/model-port.ts'
import { until } from './until.ts'

export interface ListenOptions {
  isRetry?: boolean
  onEvent?(event: ModelEvent): void
}

/** One stream of a model as it is told. */
export function listenTo(model: ModelPort, request: ModelRequest, { isRetry = false, onEvent = () => {} }: ListenOptions = {}) {
  const events: ModelEvent[] = []
  const over = Promise.withResolvers<ModelEvent[]>()
  over.promise.catch(() => {})
  const cancel = model.stream(request, { isRetry }, (event) => {
    events.push(event)
    if (event.type === 'failed') over.reject(event.error)
    if (event.type === 'end') over.resolve(events)
    onEvent(event)
  })
  return {
    events,
    cancel,
    /** Resolves to all events at the end. Rejects with what it failed with. */
    over: over.promise,
    /** Resolves once as many events were told. */
    told: (count: number) => until(() => events.length >= count),
  }
}
