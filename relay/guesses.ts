import type { Dialogue } from '../receptionist/dialogue.ts'
import { beginGuess, sameWords, type Guess } from '../receptionist/guess.ts'
import type { ModelPort } from '../receptionist/model-port.ts'
import type { TurnPorts } from '../receptionist/turn-port.ts'
import { relayBounds } from './relay-bounds.ts'
import type { RelayMetrics } from './relay-metrics.ts'

export interface GuessesOptions {
  dialogue: Dialogue
  ports: Omit<TurnPorts, 'say'>
  metrics: RelayMetrics
}

export type Guesses = ReturnType<typeof createGuesses>

/**
 * Answers asked for while the caller may still be speaking: one at a time, few a turn. Words that are not final reach the
 * model only, and what it makes of them reaches nobody before the final words are the same.
 */
export function createGuesses({ dialogue, ports, metrics }: GuessesOptions) {
  const isOn = dialogue.receptionist.tenant.knowledge.voice.isEager
  let guess: Guess | null = null
  /** The newest words that are not final. */
  let newest: string | null = null
  let isTried = false
  let guessesLeft: number = relayBounds.maxGuesses
  /** The recogniser tells words as they come, not only what may be the end of the turn. */
  let isRunning = false
  let cancelWait = () => {}
  let cancelLife = () => {}

  function begin(words: string) {
    isTried = true
    guess = beginGuess(dialogue, words, ports)
    if (!guess) return
    guessesLeft -= 1
    cancelLife = ports.after(relayBounds.maxGuessMs, drop)
  }

  function giveUp(result: 'miss' | 'abandoned') {
    cancelWait()
    cancelLife()
    if (!guess) return
    const { isHit, tokens } = guess
    guess.drop()
    guess = null
    metrics.guesses.inc({ result: isHit ? 'hit' : result })
    if (!isHit) metrics.guessTokensWasted.inc(tokens)
  }

  function drop() {
    giveUp('abandoned')
  }

  return {
    /** The caller said `words`, and perhaps more. */
    suppose(words: string) {
      if (!isOn) return metrics.ignoredFrames.inc({ reason: 'partial' })
      const previous = newest
      newest = words
      const isSame = previous !== null && sameWords(previous, words, dialogue.language)
      if (isSame && isTried) return
      cancelWait()
      if (!isSame) {
        isTried = false
        isRunning ||= guess !== null
        giveUp('miss')
      }
      if (guessesLeft === 0) return
      const isSettled = isSame || !isRunning || /[.!?…]$/.test(words)
      if (isSettled) begin(words)
      else cancelWait = ports.after(relayBounds.partialSettledMs, () => begin(words))
    },

    /** The words are final: the model that their turn asks, which has the answer already where they were guessed. */
    settle(words: string): ModelPort {
      if (newest === null || !sameWords(newest, words, dialogue.language)) giveUp('miss')
      newest = null
      isTried = false
      guessesLeft = relayBounds.maxGuesses
      cancelWait()
      cancelLife()
      return guess?.model ?? ports.model
    },

    /** The turn is over: a guess that it had no use for was none. */
    settled: () => giveUp('miss'),

    /** Whatever was guessed is answered by nothing that was said: the caller interrupted, or the call is over. */
    drop,
  }
}
