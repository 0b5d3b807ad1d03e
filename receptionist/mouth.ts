import { callBounds } from '../domain/call-bounds.ts'
import type { Dialogue } from './dialogue.ts'
import { createRepeatFilter } from './repeat-filter.ts'
import type { SpokenStream } from './spoken-form.ts'
import { createSpokenStream } from './spoken-form.ts'
import type { TurnPorts } from './turn-port.ts'

/** Says a turn's words, in spoken form, and writes them into the dialogue; says nothing once `signal` is aborted. */
export interface Mouth {
  /** A piece of the model's text, said as far as it can be. Returns false when the reply is as long as it may be. */
  write(piece: string): boolean
  /** Says what was held back; the next piece begins a new sentence. */
  close(): void
  /** The next pieces may repeat `said`, and are said without it. */
  resume(said: string): void
  /** A whole fixed phrase. */
  phrase(text: string): void
  /** No filler is needed any more. */
  hush(): void
  readonly text: string
  readonly firstTokenMs: number | null
}

export function createMouth(dialogue: Dialogue, ports: TurnPorts, signal: AbortSignal): Mouth {
  const startedAtMs = ports.nowMs()
  let text = ''
  let firstTokenMs: number | null = null
  let spoken: SpokenStream | null = null
  let filter: SpokenStream | null = null
  let isNewSentence = false

  const hush = ports.after(callBounds.fillerAfterMs, () => {
    if (text !== '') return
    dialogue.addFiller(dialogue.phrases().filler)
    ports.say(dialogue.phrases().filler, { isFiller: true })
  })

  const say = (piece: string, isModels = false) => {
    if (piece === '' || signal.aborted) return
    hush()
    if (isModels && text === '') firstTokenMs = ports.nowMs() - startedAtMs
    const said = text !== '' && !/\s$/.test(text) && isNewSentence && !/^[\s.,;:!?]/.test(piece) ? ` ${piece}` : piece
    isNewSentence = false
    text += said
    dialogue.addToReply(said)
    ports.say(said)
  }

  const mouth: Mouth = {
    write(piece) {
      spoken ??= createSpokenStream(dialogue.language)
      const said = spoken.write(piece)
      say(filter ? filter.write(said) : said, true)
      return text.length < callBounds.maxReplyChars
    },
    close() {
      const rest = spoken?.end() ?? ''
      say(filter ? filter.write(rest) + filter.end() : rest, true)
      spoken = filter = null
      isNewSentence = true
    },
    resume(said) {
      filter = createRepeatFilter(said, dialogue.language)
    },
    phrase(phrase) {
      mouth.close()
      const stream = createSpokenStream(dialogue.language)
      say(stream.write(phrase) + stream.end())
      isNewSentence = true
    },
    hush,
    get text() {
      return text
    },
    get firstTokenMs() {
      return firstTokenMs
    },
  }
  return mouth
}
