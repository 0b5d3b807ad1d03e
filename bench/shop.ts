import type { KnowledgeInput } from '../domain/knowledge.ts'
import { testKnowledge } from '../test/kit/account.ts'
import { createRandom, pick } from './random.ts'

const entries = 1_000
const verbs = ['repair', 'sell', 'rent', 'deliver', 'install', 'clean', 'replace', 'order', 'paint', 'sharpen', 'store', 'insure']
const qualities = ['wooden', 'used', 'large', 'small', 'electric', 'foldable', 'waterproof', 'children’s', 'professional', 'antique']
const syllables = 'ba be bo da do fa fe ga go ka ke la le lo ma mi mo na no pa pe ra ri ro sa se so ta te to va ve'.split(' ')

const random = createRandom(4)
/** Made up, so that there are as many different words as a real knowledge base of this size has. */
const nouns = Array.from({ length: 900 }, () => `${[1, 2, 3].map(() => pick(syllables, random)).join('')}${pick(['r', 'n', 'l', 'x', 'm'], random)}`)
const subjects = Array.from({ length: entries }, () => ({ verb: pick(verbs, random), quality: pick(qualities, random), what: pick(nouns, random), whom: pick(nouns, random) }))

/** A shop with {@link entries} questions and answers: more than fits a prompt, so that every turn searches them. */
export const shopKnowledge: KnowledgeInput = testKnowledge({
  voice: { hasDirectAnswers: true },
  faqs: subjects.map(({ verb, quality, what, whom }, at) => ({
    id: `q${at}`,
    question: `Do you ${verb} ${quality} ${what}s for ${whom}s?`,
    answer: `Yes, we ${verb} every ${what} that fits a ${whom}, usually within ${(at % 9) + 2} days. Bring it to the counter, or call ahead if it is larger than a ${pick(nouns, random)}.`,
  })),
})

/** What callers say, each line like nothing said just before it. */
export const shopQuestions: string[] = subjects.map(({ verb, quality, what, whom }) => `uh hi um do you ${verb} ${quality} ${what}s like for a ${whom}`)
