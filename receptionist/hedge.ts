import { callBounds } from '../domain/call-bounds.ts'
import type { Tell } from './model-port.ts'

export interface HedgeOptions {
  after(ms: number, run: () => void): () => void
  /** Asked when the first stream is late: true lets a second one be opened, and uses that up. */
  mayHedge(): boolean
  /** The second stream was opened, and told something sooner than the first. */
  onWon(): void
}

/**
 * One stream of the model, doubled when it is late: where nothing came within callBounds.hedgeAfterMs, a second one is opened
 * (`isRetry`, so on another connection), the first to tell anything is read on, and the other is cancelled at once. One that fails
 * leaves the race to the other. A `progress` is told when the second one begins, whose time counts anew. Returns its cancel.
 */
export function hedged(open: (isRetry: boolean, tell: Tell) => () => void, { after, mayHedge, onWon }: HedgeOptions, tell: Tell): () => void {
  const racers = new Set<{ cancel(): void }>()
  let isDecided = false

  function start(isHedge: boolean) {
    const racer = { cancel: () => {} }
    racers.add(racer)
    const told: Tell = (event) => {
      const isFailed = event.type === 'failed'
      if (isFailed && racers.size > 1) return void racers.delete(racer)
      if (!isDecided) {
        isDecided = true
        cancelLate()
        for (const other of racers) if (other !== racer && racers.delete(other)) other.cancel()
        if (isHedge && !isFailed) onWon()
      }
      tell(event)
    }
    try {
      racer.cancel = open(isHedge, told)
    } catch (error) {
      told({ type: 'failed', error })
    }
  }

  const cancelLate = after(callBounds.hedgeAfterMs, () => {
    if (!mayHedge()) return
    start(true)
    if (!isDecided) tell({ type: 'progress' })
  })
  start(false)
  return () => {
    cancelLate()
    for (const racer of racers) racer.cancel()
  }
}
