import type { Clock } from './clock.ts'
import type { HandoffData } from './frames.ts'
import type { Playback } from './playback.ts'
import { relayBounds } from './relay-bounds.ts'

/** The end of a call from our side: decided, then carried out (`onEnd`, once) when the last words have been played. */
export function createCallEnd(playback: Playback, clock: Clock, onEnd: (handoff: HandoffData) => void) {
  let decided: { handoff: HandoffData; isFinal: boolean } | null = null
  let cancelWait = () => {}

  function cancel() {
    playback.cancel()
    cancelWait()
  }
  return {
    /** `isFinal`: nothing that the caller says can change it. The last words may still have to be said. */
    decide(handoff: HandoffData, isFinal: boolean) {
      decided = { handoff, isFinal }
    },
    /** The last words are said: carried out as soon as they are played. */
    carryOut() {
      const { handoff } = decided!
      playback.whenPlayed(() => onEnd(handoff))
    },
    /** The caller spoke over the last words: a goodbye waits for what they want to say, anything else is done at once. */
    interrupted() {
      if (!decided) return
      const { handoff, isFinal } = decided
      cancel()
      if (isFinal) onEnd(handoff)
      else cancelWait = clock.after(relayBounds.interruptedGoodbyeMs, () => onEnd(handoff))
    },
    /** The caller goes on with the call, if it isn't too late for that. */
    leaveOff() {
      cancel()
      decided = null
    },
    cancel,
    get isDecided() {
      return decided !== null
    },
    get isFinal() {
      return decided?.isFinal ?? false
    },
  }
}
