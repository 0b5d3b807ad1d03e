import { languageFrame, textFrame } from './frames.ts'
import type { Playback } from './playback.ts'

export type Utterance = ReturnType<typeof createUtterance>

/**
 * One reply on its way to the caller. Each of its talk cycles is ended by `last: true` whatever happens; once the reply
 * is ended, nothing of it leaves any more. A filler is a cycle of its own, which the reply cuts off.
 */
export function createUtterance(send: (frame: string) => void, playback: Playback) {
  let isOver = false
  let isCycleOpen = false
  let text = ''
  let isBegun = false

  const endCycle = () => {
    if (isCycleOpen) send(textFrame('', { isLast: true }))
    isCycleOpen = false
  }
  return {
    /** Sends a token the moment it exists. */
    say(token: string, { isFiller = false } = {}) {
      if (isOver || token === '') return
      // Until then what is played is still what was said before.
      if (!isBegun) playback.begin()
      isBegun = true
      playback.sent(token)
      if (isFiller) {
        endCycle()
        return send(textFrame(token, { isLast: true, isPreemptible: true }))
      }
      isCycleOpen = true
      text += token
      send(textFrame(token))
    },
    /** What is said from here on is in `language`, and so is what the caller says next. */
    changeLanguage(language: string) {
      endCycle()
      send(languageFrame(language))
    },
    end() {
      endCycle()
      isOver = true
    },
    /** What was sent of it, fillers left out. */
    get text() {
      return text
    },
  }
}
