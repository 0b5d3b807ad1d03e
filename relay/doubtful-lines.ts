import type { Message } from '../domain/conversation.ts'
import type { Playback } from './playback.ts'
import type { Transcript } from './transcript.ts'

/** The receptionist's lines: while the line to Twilio is lost, on record only as far as they were heard. */
export function createDoubtfulLines(transcript: Transcript, playback: Playback) {
  let isLost = false
  let doubtful: Message[] = []

  function doubt(line: Message) {
    doubtful.push(line)
    transcript.cutBack(line, playback.heardOf(line.text))
  }
  return {
    said(text: string, rest?: Partial<Message>): Message {
      const line = transcript.said(text, rest)
      if (isLost) doubt(line)
      return line
    },
    /** What is said from now on may never be heard, and the rest of `line`, which is being played. */
    lose(line: Message | null) {
      playback.lose()
      isLost = true
      if (line) doubt(line)
    },
    /** All that was sent counts as said again. True where something was in doubt. */
    find(): boolean {
      playback.find()
      isLost = false
      const found = doubtful
      doubtful = []
      for (const line of found) transcript.said(line.text, line)
      return found.length > 0
    },
  }
}
