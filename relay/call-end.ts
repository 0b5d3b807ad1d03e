import type { ConversationEvent } from '../domain/conversation.ts'
import type { Clock } from './clock.ts'
import type { HandoffData } from './frames.ts'
import type { Playback } from './playback.ts'
import { relayBounds } from './relay-bounds.ts'
import type { Transcript } from './transcript.ts'
import type { Turns } from './turns.ts'

export interface CallEndOptions {
  playback: Playback
  clock: Clock
  turns: Pick<Turns, 'announce' | 'stop'>
  transcript: Transcript
  /** It is carried out, once. */
  onEnd(handoff: HandoffData): void
}

/** The end of a call from our side: decided, then carried out when the last words have been played. */
export function createCallEnd({ playback, clock, turns, transcript, onEnd }: CallEndOptions) {
  let decided: { handoff: HandoffData; isFinal: boolean } | null = null
  /** Why we are hanging up, told once it is done: until then the caller may change it. */
  let event: ConversationEvent | null = null
  let done: HandoffData | null = null
  let isClosed = false
  let cancelWait = () => {}

  const isDone = () => isClosed || done !== null

  function cancel() {
    playback.cancel()
    cancelWait()
  }
  function carryOut() {
    if (isDone()) return
    done = decided!.handoff
    cancel()
    if (event) transcript.happened(event)
    void turns.stop()
    onEnd(done)
  }
  const end = {
    /** Ends the call once what was said last is played. `isFinal`: nothing that the caller says can change it. */
    decide(handoff: HandoffData, isFinal: boolean) {
      if (isFinal) void turns.stop()
      decided = { handoff, isFinal }
      playback.whenPlayed(carryOut)
    },
    /** Says goodbye, and ends. */
    politely(reason: ConversationEvent, goodbye: string, isFinal = true) {
      turns.announce(goodbye)
      event = reason
      end.decide({ reason: 'end', detail: reason }, isFinal)
    },
    /** The same in the middle of whatever is being said. */
    async atOnce(reason: ConversationEvent, goodbye: string) {
      if (end.isFinal() || isDone()) return
      end.leaveOff()
      decided = { handoff: { reason: 'end' }, isFinal: true }
      await turns.stop()
      if (!isDone()) end.politely(reason, goodbye)
    },
    /** The last words were said by another process. */
    resume(handoff: HandoffData, isFinal: boolean) {
      decided = { handoff, isFinal }
      end.interrupted()
    },
    /** The caller spoke over the last words: a goodbye waits for what they want to say, anything else is done at once. */
    interrupted() {
      if (!decided || isDone()) return
      cancel()
      if (decided.isFinal) carryOut()
      else cancelWait = clock.after(relayBounds.interruptedGoodbyeMs, carryOut)
    },
    /** The caller goes on with the call, if it isn't too late for that. */
    leaveOff() {
      cancel()
      decided = event = null
    },
    cancel,
    /** The call is over without it; why it was being ended is on record all the same. */
    close() {
      isClosed = true
      cancel()
      if (event && !done) transcript.happened(event)
    },
    isDecided: () => decided !== null,
    isFinal: () => decided?.isFinal ?? false,
    /** True when nothing is said or heard any more. */
    isDone,
    done: () => done,
  }
  return end
}
