import type { Knowledge, Tenant } from '../domain/knowledge.ts'
import type { DirectAnswers } from './direct-answer.ts'
import { directAnswerSteps } from './direct-answer.ts'
import type { BusinessMinute } from './business-minute.ts'
import { createBusinessClock } from './business-minute.ts'
import type { Passage } from './knowledge-passages.ts'
import { passagesOf } from './knowledge-passages.ts'
import type { KnowledgeIndex } from './knowledge-search.ts'
import { indexSteps } from './knowledge-search.ts'
import { inSteps } from './in-steps.ts'
import type { ToolDefinition } from './model-port.ts'
import { phrasesFor } from './phrases.ts'
import { passageText, promptPrefix, wholeKnowledgeChars } from './prompt.ts'
import { toolsOf } from './tools.ts'

const maxHints = 50
const maxHintChars = 60

/** Everything that is made once per knowledge version and shared by all calls of the tenant. Immutable. */
export interface Receptionist {
  readonly tenant: Tenant
  readonly greeting: string
  /** Names that the recogniser should expect: at most 50, none with a comma. */
  readonly hints: string[]
  /** What is said first on a session of the given kind, in the tenant's language. */
  opening(mode: 'normal' | 'take-message' | 'restored'): string

  /** What is true of the business at `atMs`, epoch ms: worked out once a minute for all calls. */
  minuteAt(atMs: number): BusinessMinute

  /** For the turn: what the model is sent, and what is searched. */
  readonly promptPrefix: string
  readonly tools: ToolDefinition[]
  readonly index: KnowledgeIndex
  /** What is answered without a model. */
  readonly directAnswers: DirectAnswers
  /** Builds index and direct answers in steps, with `pause` between them; without it, the first turn does so at once. */
  warmUp(pause: () => Promise<void>): Promise<void>
  /** True when the prefix holds all of the knowledge. */
  readonly isKnowledgeWhole: boolean
}

/** Builds prompt prefix and tools of the tenant's knowledge version, and the search index once it is needed. */
export function createReceptionist(tenant: Tenant): Receptionist {
  const { knowledge } = tenant
  const passages = passagesOf(knowledge)
  const isKnowledgeWhole = charsOf(passages) <= wholeKnowledgeChars
  const phrases = phrasesFor(knowledge.voice.language)
  const index = inSteps(() => indexSteps(passages))
  const directAnswers = inSteps(() => directAnswerSteps(knowledge, passages))
  return {
    tenant,
    greeting: knowledge.greeting,
    hints: hintsOf(knowledge),
    opening: (mode) => ({ normal: knowledge.greeting, 'take-message': phrases.openingTakeMessage, restored: phrases.openingRestored })[mode],
    minuteAt: createBusinessClock(knowledge),
    promptPrefix: promptPrefix(knowledge, passages, isKnowledgeWhole),
    tools: toolsOf(knowledge),
    get index() {
      return index.value
    },
    get directAnswers() {
      return directAnswers.value
    },
    async warmUp(pause) {
      await index.build(pause)
      await directAnswers.build(pause)
    },
    isKnowledgeWhole,
  }
}

function charsOf(passages: readonly Passage[]): number {
  return passages.reduce((sum, passage) => sum + passageText(passage).length, 0)
}

function hintsOf({ business, locations, services }: Knowledge): string[] {
  const names = [business.name, ...services.map(({ name }) => name), ...locations.map(({ name }) => name)]
  const hints = names.map((name) => name.replace(/[,<>&"\s]+/g, ' ').trim()).filter((name) => name !== '' && name.length <= maxHintChars)
  return [...new Set(hints)].slice(0, maxHints)
}
