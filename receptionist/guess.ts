import type { Dialogue } from './dialogue.ts'
import { comparable } from './heard-text.ts'
import { firstRequest } from './model-answer.ts'
import type { ModelEvent, ModelPort, ModelRequest, Tell } from './model-port.ts'
import { createMouth } from './mouth.ts'
import { spokenForm } from './spoken-form.ts'
import type { TurnPorts } from './turn-port.ts'
import { openQuestions, openTurn } from './turn-state.ts'
import { pathOf } from './turn.ts'

/**
 * An answer that is asked for before the caller is known to be done speaking. What the model says is held; nothing of it
 * is said and no tool of it carried out until a turn asks for the very same.
 */
export interface Guess {
  /** The model of the turn that the caller's final words begin: where its first request is the guessed one, it gets what came so far and all that follows. */
  readonly model: ModelPort
  /** True once a turn took it over. */
  readonly isHit: boolean
  /** Pieces of text that the model sent for it so far. */
  readonly tokens: number
  /** Ends the request at the vendor, unless a turn took it over. */
  drop(): void
}

/** Begins the turn that `words` would make; null where it would not ask a model first of all, so that nothing happens before the words are final. */
export function beginGuess(dialogue: Dialogue, words: string, ports: Omit<TurnPorts, 'say'>): Guess | null {
  const signal = new AbortController().signal
  const silent = { ...ports, say() {}, after: () => () => {} }
  const supposed = dialogue.supposing(words)
  const turn = openTurn(supposed, words, openQuestions(dialogue), silent, createMouth(supposed, silent, signal), signal)
  return pathOf(turn) ? null : holdAnswer(ports.model, firstRequest(turn), dialogue.language)
}

/** Words as they are compared: a recogniser writes the same words differently once they are final (case, punctuation, figures, spaces). */
export function sameWords(one: string, other: string, language: string): boolean {
  const plain = (words: string) => comparable(spokenForm(words, language))
  return one === other || plain(one) === plain(other)
}

function holdAnswer(model: ModelPort, request: ModelRequest, language: string): Guess {
  const held: ModelEvent[] = []
  let isAsked = false
  let isHit = false
  let isCancelled = false
  let tokens = 0
  let tell: Tell = (event) => held.push(event)

  const cancelStream = model.stream(request, { isRetry: false }, (event) => {
    if (event.type === 'text') tokens += 1
    tell(event)
  })
  function cancel() {
    isCancelled = true
    cancelStream()
  }

  return {
    model: {
      stream(asked, options, tellAsked) {
        if (isAsked) return model.stream(asked, options, tellAsked)
        isAsked = true
        isHit = !isCancelled && held.at(-1)?.type !== 'failed' && isSameRequest(request, asked, language)
        if (!isHit) {
          cancel()
          return model.stream(asked, options, tellAsked)
        }
        tell = tellAsked
        for (const event of held) tellAsked(event)
        return cancel
      },
    },
    get isHit() {
      return isHit
    },
    get tokens() {
      return tokens
    },
    drop() {
      if (!isHit) cancel()
    },
  }
}

/** True when both ask for the same: but for the way in which the caller's last words are written, nothing differs. */
function isSameRequest(guessed: ModelRequest, asked: ModelRequest, language: string): boolean {
  if (guessed.messages.length !== asked.messages.length) return false
  return guessed.messages.every(({ role, content }, at) => {
    const other = asked.messages[at]!
    if (role !== other.role) return false
    const isLast = at === guessed.messages.length - 1
    return isLast ? sameWords(content, other.content, language) : content === other.content
  })
}
