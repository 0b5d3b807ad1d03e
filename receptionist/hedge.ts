import { callBounds } from '../domain/call-bounds.ts'
import type { ModelEvent } from './model-port.ts'

export interface HedgeOptions {
  signal: AbortSignal
  after(ms: number, run: () => void): () => void
  /** Asked when the first stream is late: true lets a second one be opened, and uses that up. */
  mayHedge(): boolean
  /** The second stream was opened, and told something sooner than the first. */
  onWon(): void
}

/** What one stream told first, or how it failed. */
type Opening = { racer: Racer; result: IteratorResult<ModelEvent> } | { racer: Racer; error: unknown }
interface Racer {
  isHedge: boolean
  controller: AbortController
  events: AsyncIterator<ModelEvent>
  opening: Promise<Opening>
}

/**
 * One stream of the model, doubled when it is late: where nothing came within callBounds.hedgeAfterMs, a second one is opened
 * (`isRetry`, so on another connection), the first to tell anything is read on, and the other is aborted at once. One that fails
 * leaves the race to the other. A `progress` is told when the second one begins, whose time counts anew.
 */
export async function* hedged(
  open: (signal: AbortSignal, isRetry: boolean) => AsyncIterable<ModelEvent>,
  { signal, after, mayHedge, onWon }: HedgeOptions,
): AsyncGenerator<ModelEvent> {
  const racers: Racer[] = []
  const late = Promise.withResolvers<null>()
  const cancelLate = after(callBounds.hedgeAfterMs, () => late.resolve(null))
  const abort = () => {
    cancelLate()
    for (const { controller } of racers) controller.abort(signal.reason)
  }
  signal.addEventListener('abort', abort)

  const start = (isHedge: boolean) => {
    const controller = new AbortController()
    const events = open(controller.signal, isHedge)[Symbol.asyncIterator]()
    const racer = { isHedge, controller, events } as Racer
    racer.opening = events.next().then(
      (result) => ({ racer, result }),
      (error: unknown) => ({ racer, error }),
    )
    racers.push(racer)
  }

  try {
    start(false)
    let opening = await Promise.race([racers[0]!.opening, late.promise])
    cancelLate()
    if (!opening && !signal.aborted && mayHedge()) {
      start(true)
      yield { type: 'progress' }
    }
    opening ??= await Promise.race(racers.map((racer) => racer.opening))
    const failed = 'error' in opening ? opening.racer : null
    const other = racers.find((racer) => racer !== failed)
    if (failed && other) opening = await other.opening
    if ('error' in opening) throw opening.error
    const { racer, result } = opening
    for (const { controller } of racers.filter((other) => other !== racer)) controller.abort()
    if (racer.isHedge) onWon()
    for (let next = result; !next.done; next = await racer.events.next()) yield next.value
  } finally {
    signal.removeEventListener('abort', abort)
    abort()
    // A stream that is left where it stands is told so, or it never lets go of what it holds.
    for (const { events } of racers) events.return?.()?.catch(() => {})
  }
}
