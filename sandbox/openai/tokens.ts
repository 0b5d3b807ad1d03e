/** Pieces of a text as a model would emit them: words with the blank before them, long words in parts. Joined, they are the text. */
export const tokensOf = (text: string): string[] => text.match(/\s*\S{1,7}|\s+$/g) ?? []

/** About as many tokens as OpenAI would count for a text of English. */
export const countTokens = (text: string): number => Math.ceil(text.length / 4)

const cacheStep = 128
const minCached = 1_024
const maxPrompts = 50

/** OpenAI's prompt caching: prompts of 1,024 tokens and more are cheaper as far as they begin like an earlier one, in steps of 128. */
export function createPromptCache() {
  let prompts: string[] = []
  return {
    /** How many of the prompt's tokens were cached; the prompt is, from now on. */
    lookUp(prompt: string): number {
      const shared = Math.max(0, ...prompts.map((earlier) => sharedLength(earlier, prompt)))
      prompts = [...prompts.slice(1 - maxPrompts), prompt]
      const tokens = Math.floor(countTokens(prompt.slice(0, shared)) / cacheStep) * cacheStep
      return tokens >= minCached ? tokens : 0
    },
  }
}

function sharedLength(one: string, other: string): number {
  const end = Math.min(one.length, other.length)
  let at = 0
  while (at < end && one[at] === other[at]) at += 1
  return at
}
