import type { Clock } from './clock.ts'
import type { Playback } from './playback.ts'
import { relayBounds } from './relay-bounds.ts'

export interface TakeUpOptions {
  clock: Clock
  playback: Playback
  /** False while somebody speaks, or the call is being ended. */
  isFree(): boolean
}

/**
 * After a line that broke: goes on with what was being said then. Where from is known once Twilio has told what it played
 * meanwhile, and has played what it still had.
 */
export function createTakeUp({ clock, playback, isFree }: TakeUpOptions) {
  let due: (() => void) | null = null
  let cancel = () => {}

  function carryOut() {
    if (!due || !isFree()) return
    const goOn = due
    due = null
    goOn()
  }
  function look() {
    if (due && isFree()) playback.whenPlayed(carryOut)
  }
  return {
    plan(goOn: () => void) {
      due = goOn
      cancel()
      cancel = clock.after(relayBounds.takeUpAfterMs, look)
    },
    /** There may be room for it now. */
    look,
    /** It is not done: the caller has said something since, and that is what is answered. */
    cancel() {
      due = null
      cancel()
    },
  }
}
