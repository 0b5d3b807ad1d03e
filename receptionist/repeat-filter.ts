import { comparable, heardLength } from './heard-text.ts'
import type { SpokenStream } from './spoken-form.ts'

const minRepeatedWords = 3

/**
 * After a stream broke off, the next attempt may begin the reply anew. Takes out of its text what repeats the beginning
 * of `said`, which the caller has heard; holds back only while the text could still be a repetition.
 */
export function createRepeatFilter(said: string, language: string): SpokenStream {
  const saidWords = comparable(said)
  let held: string | null = saidWords === '' ? null : ''

  const release = () => {
    const text = held ?? ''
    const repeated = heardLength(text, said, language)
    held = null
    const isRepetition = comparable(text.slice(0, repeated)).split(' ').length >= minRepeatedWords
    return isRepetition ? text.slice(repeated) : text
  }
  return {
    write(text) {
      if (held === null) return text
      held += text
      return saidWords.startsWith(comparable(held)) ? '' : release()
    },
    end() {
      return held === null ? '' : comparable(held) === '' ? held : saidWords.startsWith(comparable(held)) ? '' : release()
    },
  }
}
