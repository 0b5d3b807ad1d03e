import { callBounds } from '../domain/call-bounds.ts'
import type { Clock } from './clock.ts'
import type { Playback } from './playback.ts'

export interface SilenceWatchOptions {
  clock: Clock
  playback: Playback
  /** False while somebody speaks, or is about to. */
  isQuiet(): boolean
  /** Nothing was heard and nothing said for callBounds.silenceMs; `times` in a row, this one included. */
  onSilence(times: number): void
}

/** Notices when neither side says anything. */
export function createSilenceWatch({ clock, playback, isQuiet, onSilence }: SilenceWatchOptions) {
  let times = 0
  let cancel = () => {}

  function restart() {
    cancel()
    cancel = clock.after(callBounds.silenceMs + playback.leftMs(), () => {
      if (isQuiet() && !playback.isPlaying()) onSilence((times += 1))
      restart()
    })
  }
  return {
    /** Something happened: silence begins anew. */
    restart,
    /** The caller said something. */
    broken() {
      times = 0
    },
    cancel: () => cancel(),
  }
}
