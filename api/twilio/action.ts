import type { Router } from '@koa/router'
import { z } from 'zod'
import type { ConversationEvent, ConversationRef } from '../../domain/conversation.ts'
import type { Tenant } from '../../domain/knowledge.ts'
import { actionUrl, restoresOf } from '../connect-call.ts'
import { linesFor } from '../spoken-lines.ts'
import { hangUp, nothing, ring } from '../twiml.ts'
import type { WebhookDependencies } from './dependencies.ts'
import { limited, parsed, prompt } from './gate.ts'
import { nextStep, type Report, type Step } from './next-step.ts'
import { ringableNumber } from '../../domain/transfer-rules.ts'
import { isFinal, webhookFields } from './webhook-fields.ts'

const handoffSchema = z.object({ reason: z.enum(['transfer', 'end', 'model-failed']) })

const formSchema = z.object({
  CallSid: webhookFields.CallSid,
  CallStatus: webhookFields.CallStatus.optional(),
  To: webhookFields.address.default(''),
  SessionId: z.string().max(64).default(''),
  SessionStatus: z.string().max(64).optional(),
  /** What the relay said when it ended the session: JSON. */
  HandoffData: z.string().max(8_192).transform(readHandoff).default({ reason: 'end' }),
  DialCallSid: z.string().max(64).default(''),
  DialCallStatus: z.string().max(64).optional(),
})
type Form = z.infer<typeof formSchema>

const eventTexts: Partial<Record<ConversationEvent, string>> = {
  'transfer-requested': 'The business was rung.',
  'transfer-answered': 'The business answered.',
  'transfer-unanswered': 'Nobody at the business could be reached.',
}

/** `POST /twilio/voice/action`: a session with the relay ended, or ringing the business did. Says what comes next. */
export function addActionRoute(router: Router, dependencies: WebhookDependencies): void {
  const { isSigned, publicUrl, directory, tenants, calls, transcripts, connector, reports, startWrapUp, nowMs } = dependencies

  router.post('/twilio/voice/action', limited, isSigned, parsed(formSchema), prompt, async (ctx) => {
    ctx.type = 'text/xml'
    const form = ctx.state.form as Form
    const callSid = form.CallSid
    if (isOver(form)) {
      await reports.take(callSid, async (ref) => {
        if (form.DialCallStatus) await record(ref, form, stepFor(form, ctx.query, { isRingable: false, hasBegun: true }).event)
        await calls.reportEnd(ref, { atMs: nowMs() })
        await startWrapUp(ref, callSid)
      })
      ctx.body = nothing
      return
    }
    const ref = await directory.findConversationByExternalId('call', callSid)
    const tenant = ref && (await tenants.load(ref.accountId))
    if (!ref || !tenant) {
      ctx.body = hangUp(apology('en-US'))
      return
    }
    const number = ringableNumber(tenant.knowledge, form.To, nowMs())
    const hasBegun = form.SessionStatus !== 'failed' || (await calls.hasRelaySession(ref))
    const step = stepFor(form, ctx.query, { isRingable: number !== null, hasBegun })
    await record(ref, form, step.event)
    ctx.body = await carryOut(step, { ref, callSid, tenant, number })
  })

  async function carryOut(step: Step, call: { ref: ConversationRef; callSid: string; tenant: Tenant; number: string | null }) {
    const { ref, callSid, tenant, number } = call
    if (step.type === 'connect') return connector.connect({ ref, callSid, tenant, mode: step.mode, restores: step.restores })
    if (step.type === 'ring' && number) {
      const { transfer, voice } = tenant.knowledge
      const { language, troubleRinging: text } = linesFor(voice.language)
      return ring({
        number,
        ringSeconds: transfer.ringSeconds,
        actionUrl: actionUrl(publicUrl, step.restores),
        ...(step.isApology && { apology: { language, text } }),
      })
    }
    return hangUp(step.type === 'hang-up' ? undefined : apology(tenant.knowledge.voice.language))
  }

  /** One line an occurrence: its key is made of what Twilio names it by, so that a callback heard again writes it again. */
  async function record(ref: ConversationRef, form: Form, event: ConversationEvent | undefined): Promise<void> {
    if (!event) return
    const key = `${event} ${form.DialCallSid || form.SessionId}`
    const line = { key, event, text: eventTexts[event] ?? '', role: 'event', seq: 0, atMs: nowMs() } as const
    await transcripts.write(ref, [{ ...line, isInterrupted: false, firstTokenMs: null, passages: [] }])
  }
}

function readHandoff(text: string): z.infer<typeof handoffSchema> {
  try {
    return handoffSchema.parse(JSON.parse(text))
  } catch {
    return { reason: 'end' }
  }
}

const isOver = ({ CallStatus, SessionStatus, DialCallStatus }: Form) =>
  isFinal(CallStatus) || (SessionStatus === 'completed' && !DialCallStatus)

const stepFor = (form: Form, query: { restores?: unknown }, facts: Pick<Report, 'isRingable' | 'hasBegun'>): Step =>
  nextStep({
    dialCallStatus: form.DialCallStatus,
    sessionStatus: form.SessionStatus,
    handoffReason: form.HandoffData.reason,
    restores: restoresOf(query),
    ...facts,
  })

function apology(inLanguage: string) {
  const { language, troubleGoodbye: text } = linesFor(inLanguage)
  return { language, text }
}
