import type { ConversationEvent, ConversationRef, Message } from '../domain/conversation.ts'
import type { Clock } from './clock.ts'

export interface TranscriptOptions {
  ref: ConversationRef
  write(ref: ConversationRef, lines: readonly Message[]): void
  clock: Clock
  /** Unlike that of any other writer to the conversation, so that two processes' lines never overwrite each other. */
  writer: string
  firstSeq: number
}

export type Transcript = ReturnType<typeof createTranscript>

/** The lines that one session adds to its conversation's transcript. */
export function createTranscript({ ref, write, clock, writer, firstSeq }: TranscriptOptions) {
  let seq = firstSeq
  /** Lines are read in the order of their times, so a clock that is set back must not carry them along. */
  let newestMs = 0

  function add(role: Message['role'], text: string, rest: Partial<Message> = {}): Message {
    const line: Message = {
      key: `${writer}-${seq}`,
      seq: seq++,
      atMs: Math.max(clock.nowMs(), newestMs),
      role,
      text,
      event: null,
      isInterrupted: false,
      firstTokenMs: null,
      passages: [],
      ...rest,
    }
    newestMs = Math.max(newestMs, line.atMs)
    write(ref, [line])
    return line
  }
  return {
    heard: (text: string) => add('caller', text),
    said: (text: string, rest: Partial<Message> = {}) => add('receptionist', text, rest),
    happened: (event: ConversationEvent, text = '') => add('event', text, { event }),
    /** The caller heard only `text` of the line. */
    cutBack(line: Message, text: string): Message {
      const corrected = { ...line, text, isInterrupted: true }
      write(ref, [corrected])
      return corrected
    },
  }
}
