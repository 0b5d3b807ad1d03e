/**
 * `npm run bench:knowledge -- --data FILE`: how well the search of a call finds the FAQ that answers a question, and how fast.
 *
 * FILE holds `businesses` (by id: `name`, `faqs` with `id`, `question`, `answer`) and `questions` (`business` and `faq`, both null
 * where no FAQ answers; `heard`, `hypotheses` with the recogniser's other guesses, `before` with lines `U: …` and `S: …`).
 * Each business is a tenant whose receptionist is made as for a call; the turns before go through a dialogue, so that the search
 * gets the callers' lines that it gets in a call. A question without a business is asked of every business.
 */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import type { Tenant } from '../domain/knowledge.ts'
import { knowledgeSchema } from '../domain/knowledge.ts'
import { weekdays } from '../domain/opening-hours.ts'
import { createDialogue } from '../receptionist/dialogue.ts'
import type { FoundPassage } from '../receptionist/knowledge-search.ts'
import { certainPassage, createKnowledgeIndex, minScore, searchKnowledge } from '../receptionist/knowledge-search.ts'
import type { Receptionist } from '../receptionist/receptionist.ts'
import { createReceptionist } from '../receptionist/receptionist.ts'
import { median, percentile } from './percentiles.ts'

const faqSchema = z.object({ id: z.string(), question: z.string(), answer: z.string() })
const businessSchema = z.object({ name: z.string(), faqs: z.array(faqSchema) })
const questionSchema = z.object({
  business: z.string().nullable(),
  faq: z.string().nullable(),
  heard: z.string(),
  hypotheses: z.array(z.string()),
  before: z.array(z.string()),
})
const dataSchema = z.object({ businesses: z.record(z.string(), businessSchema), questions: z.array(questionSchema) })
type Question = z.infer<typeof questionSchema>

/** As many as a call asks for when its knowledge is large. */
const limit = 8
const large = 1_000
const timesEach = 9
/** A question that is asked of every business is timed in one of so many. */
const timedEvery = 20

function tenantOf({ name, faqs }: z.infer<typeof businessSchema>): Tenant {
  const knowledge = knowledgeSchema.parse({
    business: { name },
    timeZone: 'America/Los_Angeles',
    hours: { weekly: Object.fromEntries(weekdays.map((weekday) => [weekday, []])) },
    faqs,
    greeting: `${name}, how can I help?`,
    disclosure: { isSpoken: false },
    recording: { isEnabled: false },
    transfer: { number: null, when: 'never' },
    voice: {},
  })
  return { accountId: '00000000-0000-7000-8000-000000000000', status: 'active', ownerEmail: 'owner@business.example', knowledgeVersion: 1, knowledge }
}

interface Answer {
  question: Question
  found: FoundPassage[]
}

/** The search that a call makes; the index is built before, as a call's is before its first word. */
function searchOf(receptionist: Receptionist, question: Question, { hasAlternatives }: { hasAlternatives: boolean }): () => FoundPassage[] {
  const dialogue = createDialogue(receptionist, [], 'normal')
  for (const line of question.before) if (line.startsWith('U:')) dialogue.hear(line.slice(2).trim())
  dialogue.hear(question.heard)
  const { index } = receptionist
  const before = dialogue.heardBefore()
  const alternatives = hasAlternatives ? question.hypotheses.filter((guess) => guess !== question.heard) : []
  return () => searchKnowledge(index, question.heard, { limit, before, alternatives })
}

/** What a call gives the model of it. Only FAQs count: the file says nothing of hours and the like. */
function ask(receptionist: Receptionist, question: Question, options: { hasAlternatives: boolean }): Answer {
  const found = searchOf(receptionist, question, options)()
  return { question, found: found.filter(({ passage, score }) => passage.id.startsWith('faq-') && score > 0) }
}

/** Of several runs the median: on a busy machine, one may be the wait for a core. */
function timeOf(receptionist: Receptionist, question: Question): number {
  const search = searchOf(receptionist, question, { hasAlternatives: true })
  return median(Array.from({ length: timesEach }, () => durationOf(search)))
}

function durationOf(work: () => unknown): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

const share = (answers: readonly Answer[], holds: (answer: Answer) => boolean) => answers.filter(holds).length / (answers.length || 1)
const isRight = ({ question, found }: Answer, among: number, least = 0) =>
  found.slice(0, among).some(({ passage, score }) => passage.id === `faq-${question.faq}` && score >= least)
const isAnswered = ({ found }: Answer) => found.some(({ score }) => score >= minScore)
const isCertain = ({ found }: Answer) => certainPassage(found) !== null
const isCertainlyWrong = ({ question, found }: Answer) => isCertain({ question, found }) && certainPassage(found)!.id !== `faq-${question.faq}`

const percent = (value: number) => `${(100 * value).toFixed(1)} %`
const print = (line: string) => process.stdout.write(`${line}\n`)
const rounded = (value: number) => Math.round(value * 10_000) / 10_000

const { values } = parseArgs({ options: { data: { type: 'string' } } })
if (!values.data) throw new Error('usage: npm run bench:knowledge -- --data FILE')
const { businesses, questions } = dataSchema.parse(JSON.parse(await readFile(values.data, 'utf8')))
const receptionists = new Map(Object.entries(businesses).map(([id, business]) => [id, createReceptionist(tenantOf(business))]))
const askedOf = ({ business }: Question): Receptionist[] => {
  if (business === null) return [...receptionists.values()]
  const receptionist = receptionists.get(business)
  if (!receptionist) throw new Error(`a question asks ${business}, which is not among the businesses`)
  return [receptionist]
}
const askAll = (asked: readonly Question[], options = { hasAlternatives: true }) =>
  asked.flatMap((question) => askedOf(question).map((receptionist) => ask(receptionist, question, options)))

const answerable = questions.filter(({ faq }) => faq !== null)
const unanswerable = questions.filter(({ faq }) => faq === null)
const answered = askAll(answerable)
const heardOnly = askAll(answerable, { hasAlternatives: false })
const without = askAll(unanswerable)
const times = questions.flatMap((question) =>
  askedOf(question).filter((_, at) => at % timedEvery === 0).map((receptionist) => timeOf(receptionist, question)),
)

print(`${receptionists.size} businesses, each a tenant of its own; ${answerable.length} questions that a FAQ answers, ${unanswerable.length} that none does`)
print(`(a question that names no business is asked of each: ${without.length} searches).`)
print('')
print(`The right FAQ came first       ${percent(share(answered, (answer) => isRight(answer, 1)))}   without the recogniser's other guesses ${percent(share(heardOnly, (answer) => isRight(answer, 1)))}`)
print(`  in the first three           ${percent(share(answered, (answer) => isRight(answer, 3)))}   without ${percent(share(heardOnly, (answer) => isRight(answer, 3)))}`)
print('  a FAQ counts as the answer from a score of (a call: the one with *), the right one first / in the first three; and one of those that answer nothing:')
for (const least of [0.04, 0.08, minScore, 0.16, 0.2, 0.3]) {
  const right = [1, 3].map((among) => percent(share(answered, (answer) => isRight(answer, among, least)))).join(' / ')
  print(`    ${least.toFixed(2)}${least === minScore ? '*' : ' '}  ${right}   ${percent(share(without, ({ found }) => found.some(({ score }) => score >= least)))}`)
}
print(`No FAQ answers, one counts as the answer  ${percent(share(without, isAnswered))}; the model is given some, as doubtful as they are  ${percent(share(without, ({ found }) => found.length > 0))}`)
print(`Certain, could do without a model: ${percent(share(answered, isCertain))} of the answerable (wrong ${percent(share(answered, isCertainlyWrong))}), ${percent(share(without, isCertain))} of the others`)
print(`A search took p50 ${percentile(times, 0.5).toFixed(3)} ms, p99 ${percentile(times, 0.99).toFixed(3)} ms`)
print(largeTenantReport())
print(
  JSON.stringify({
    first: rounded(share(answered, (answer) => isRight(answer, 1))),
    firstThree: rounded(share(answered, (answer) => isRight(answer, 3))),
    answeredWithout: rounded(share(without, isAnswered)),
    p50Ms: rounded(percentile(times, 0.5)),
    p99Ms: rounded(percentile(times, 0.99)),
  }),
)

/** One tenant with FAQs of all businesses, for what size costs. */
function largeTenantReport(): string {
  const all = Object.values(businesses).flatMap(({ faqs }) => faqs)
  const every = Math.max(1, Math.floor(all.length / large))
  const faqs = all.filter((_, at) => at % every === 0).slice(0, large)
  const receptionist = createReceptionist(tenantOf({ name: 'All of them', faqs: faqs.map((faq, at) => ({ ...faq, id: `${at}` })) }))
  const { passages } = receptionist.index
  const buildMs = median(Array.from({ length: timesEach }, () => durationOf(() => createKnowledgeIndex(passages))))
  const searchMs = questions.map((question) => timeOf(receptionist, question))
  return `A tenant with ${faqs.length} FAQs: index built in ${buildMs.toFixed(0)} ms; a search p50 ${percentile(searchMs, 0.5).toFixed(3)} ms, p99 ${percentile(searchMs, 0.99).toFixed(3)} ms`
}
