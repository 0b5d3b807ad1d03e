import type { Message } from '../domain/conversation.ts'

const maxGaps = 20

/** Questions that the knowledge did not answer: those noticed in the call, then those that the model found, each once. */
export function uniteGaps(messages: readonly Message[], believed: readonly string[]): string[] {
  const noticed = messages.filter(({ event, text }) => event === 'knowledge-gap' && text).map(({ text }) => text)
  const byWords = new Map<string, string>()
  for (const question of [...noticed, ...believed]) {
    const words = question
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim()
    if (words && !byWords.has(words)) byWords.set(words, question)
  }
  return [...byWords.values()].slice(0, maxGaps)
}
