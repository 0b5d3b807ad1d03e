import type { HeardSource } from './line-events.ts'

/** `silence`: nothing (more) came in time. `superseded`: the caller spoke again before it began. `unheard`: nobody listened to the caller. */
export type ReplyEnd = 'reply-end' | 'interrupt' | 'superseded' | 'session-end' | 'transfer' | 'call-end' | 'unheard' | 'silence'

export interface Reply {
  /** What was heard of the answer, fillers left out. */
  text: string
  /** What was said to bridge the wait for it. */
  filler: string
  /** From the end of the caller's words, at Twilio's core, to the first word of answer or filler; null when none was heard. */
  firstWordMs: number | null
  isInterrupted: boolean
  endedBy: ReplyEnd
}

export type PendingReply = ReturnType<typeof createPendingReply>

/** A reply that the caller waits for; given up after `patienceMs` of silence. */
export function createPendingReply(isListening: boolean, patienceMs: number, onGivenUp: () => void) {
  const { promise, resolve } = Promise.withResolvers<Reply>()
  let text = ''
  let filler = ''
  let firstWordMs: number | null = null
  const giveUp = () => {
    settle('silence')
    onGivenUp()
  }
  let timer = setTimeout(giveUp, patienceMs)

  function settle(endedBy: ReplyEnd): Reply {
    clearTimeout(timer)
    const reply = { text: text.trim(), filler: filler.trim(), firstWordMs, isInterrupted: endedBy === 'interrupt', endedBy }
    resolve(reply)
    return reply
  }

  function waitLonger() {
    clearTimeout(timer)
    timer = setTimeout(giveUp, patienceMs)
  }

  return {
    promise,
    isListening,
    settle,
    waitLonger,
    hasHeard: () => text !== '',
    hear(word: { source: HeardSource; text: string; isPreemptible: boolean; sinceInputMs: number | null }) {
      waitLonger()
      if (word.source !== 'reply' && !isListening) return
      if (word.isPreemptible) filler += word.text
      else text += word.text
      firstWordMs ??= word.sinceInputMs
    },
  }
}
