import type { Interruption } from './playout.ts'

export const allows = (input: 'speech' | 'dtmf', allowed: string | undefined): boolean => allowed === 'any' || allowed === input

export function asInterruption(value = 'any'): Interruption {
  return value === 'true' ? 'any' : value === 'false' ? 'none' : (value as Interruption)
}

/** What people say to show that they listen. */
export const isBackchannel = (words: string): boolean =>
  /^(uh[- ]?huh|mm+[- ]?hmm*|hmm+|yeah|yep|right|ok(ay)?|i see|sure)[.!]?$/i.test(words.trim())

/** Language `multi` works with Deepgram and ElevenLabs only. */
export function isMultiWithoutItsProviders({ language, transcriptionLanguage, ttsProvider, transcriptionProvider }: Record<string, string>): boolean {
  const isMulti = language === 'multi' || transcriptionLanguage === 'multi'
  return isMulti && ((ttsProvider ?? 'ElevenLabs') !== 'ElevenLabs' || (transcriptionProvider ?? 'Deepgram') !== 'Deepgram')
}
