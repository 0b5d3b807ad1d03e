import { Context } from '@temporalio/activity'
import type { ConversationRef, Message } from '../domain/conversation.ts'
import { Failure } from '../domain/failure.ts'
import { settleOutcome, wrapUpSchema, type Outcome, type WrapUp } from '../domain/outcome.ts'
import { wrapUpPrompt } from '../receptionist/summary.ts'
import { loadConversation } from './call-activities.ts'
import type { ConversationActivityDeps } from './conversation-activity-deps.ts'
import { uniteGaps } from './knowledge-gaps.ts'
import { renderOwnerMail } from './owner-mail.ts'

/** How a transfer went is told apart from the call's end, and may be told after it, or never: for a minute it is awaited. */
const transferTold = { tries: 30, everyMs: 2_000 }
/** By the retries' intervals about an hour: a model that doesn't keep to the form until then is done without. */
const triesAtForm = 15

/** What the workflow decides by; nothing that was said. */
export interface Settled {
  outcome: Outcome
  /** The caller said something. */
  hasWords: boolean
}

/** What a conversation came to, and the owner's mail about it. */
export function createSummaryActivities(deps: ConversationActivityDeps) {
  const { mailer, model, tenants, transcripts, wrapUps, nowMs } = deps

  async function loadTenant(ref: ConversationRef, knowledgeVersion: number) {
    const tenant = await tenants.load(ref.accountId, knowledgeVersion)
    if (!tenant) throw new Failure('not-found', 'There is no such account')
    return tenant
  }

  /** Settles a conversation unless it is settled. A model is asked only about a caller who said something. */
  async function settle(ref: ConversationRef, options: { asksModel: boolean }): Promise<Settled> {
    const { isSummarised, knowledgeVersion } = await loadConversation(deps, ref)
    const messages = await transcripts.read(ref)
    const hasWords = messages.some(({ role }) => role === 'caller')
    if (!isSummarised) {
      const { attempt } = Context.current().info
      if (isBeingTransferred(messages) && attempt <= transferTold.tries) {
        const retryAfterMs = transferTold.everyMs
        throw new Failure('vendor-unavailable', 'Twilio has not told yet how a transfer went', { retryAfterMs })
      }
      const believed = hasWords && options.asksModel ? await askModel() : null
      await wrapUps.settle(ref, {
        outcome: settleOutcome(messages, believed?.outcome ?? null),
        summary: believed?.summary ?? null,
        tasks: believed?.tasks ?? [],
        gaps: uniteGaps(messages, believed?.gaps ?? []),
        atMs: nowMs(),
      })
    }
    const { outcome } = await loadConversation(deps, ref)
    if (!outcome) throw new Failure('internal', 'A conversation has been settled without an outcome')
    return { outcome, hasWords }

    async function askModel(): Promise<WrapUp | null> {
      const { knowledge } = await loadTenant(ref, knowledgeVersion)
      const prompt = wrapUpPrompt(messages, knowledge)
      try {
        const answer = await model.wrapUp(prompt.messages, prompt.schema)
        return answer === null ? null : parseAnswer(answer)
      } catch (error) {
        const isMalformed = error instanceof Failure && error.code === 'vendor-answer-malformed'
        if (isMalformed && Context.current().info.attempt >= triesAtForm) return null
        throw error
      }
    }
  }

  return {
    summarise: (ref: ConversationRef) => settle(ref, { asksModel: true }),
    settleByFacts: (ref: ConversationRef) => settle(ref, { asksModel: false }),

    async tellOwner(ref: ConversationRef): Promise<void> {
      const conversation = await loadConversation(deps, ref)
      if (conversation.isOwnerTold) return
      const tenant = await loadTenant(ref, conversation.knowledgeVersion)
      const mail = renderOwnerMail({ tenant, conversation, messages: await transcripts.read(ref) })
      const idempotencyKey = `${Context.current().info.workflowExecution?.workflowId}/tell-owner`
      await mailer.send({ ...mail, to: tenant.ownerEmail, idempotencyKey })
      await wrapUps.markOwnerTold(ref, nowMs())
    },
  }
}

/** Somebody was to be rung, and nothing was heard of it since. */
function isBeingTransferred(messages: readonly Message[]): boolean {
  return messages.findLast(({ event }) => event?.startsWith('transfer-'))?.event === 'transfer-requested'
}

function parseAnswer(answer: unknown): WrapUp {
  const result = wrapUpSchema.safeParse(answer)
  if (!result.success)
    throw new Failure('vendor-answer-malformed', 'The model answers something other than it was asked for')
  return result.data
}
