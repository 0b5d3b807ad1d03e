import { callBounds } from '../domain/call-bounds.ts'
import type { Clock } from './clock.ts'
import { relayBounds } from './relay-bounds.ts'

export interface CallLimitOptions {
  clock: Clock
  startedAtMs: number
  /** Says that the end is near, or returns false where that can't be said now. */
  onNear(): boolean
  onReached(): void
}

/** The longest that a call may last, with a warning before it. */
export function createCallLimit({ clock, startedAtMs, onNear, onReached }: CallLimitOptions) {
  let isNear = false
  const leftMs = Math.max(0, startedAtMs + callBounds.maxCallMs - clock.nowMs())
  const cancelReached = clock.after(leftMs, onReached)
  const cancelNear = clock.after(Math.max(0, leftMs - relayBounds.endingSoonMs), () => {
    isNear = true
    warn()
  })

  function warn() {
    if (isNear && onNear()) isNear = false
  }
  return {
    /** The warning, where it is still due: there is room for it. */
    warn,
    cancel() {
      cancelReached()
      cancelNear()
    },
  }
}
