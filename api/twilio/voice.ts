import type { Router } from '@koa/router'
import { z } from 'zod'
import { e164Schema } from '../../domain/phone-number.ts'
import { linesFor } from '../spoken-lines.ts'
import { hangUp } from '../twiml.ts'
import type { WebhookDependencies } from './dependencies.ts'
import { limited, parsed, prompt } from './gate.ts'
import { webhookFields } from './webhook-fields.ts'

const formSchema = z.object({ CallSid: webhookFields.CallSid, From: webhookFields.address, To: webhookFields.address })
type Form = z.infer<typeof formSchema>

/** `POST /twilio/voice`: somebody rings one of our numbers. Asked again for the same call, it finds the same conversation. */
export function addVoiceRoute(router: Router, dependencies: WebhookDependencies): void {
  const { isSigned, directory, tenants, calls, connector, nowMs } = dependencies

  router.post('/twilio/voice', limited, isSigned, parsed(formSchema), prompt, async (ctx) => {
    ctx.type = 'text/xml'
    const { CallSid: callSid, From: from, To: to } = ctx.state.form as Form
    const tenant = await findActiveTenant(to)
    if (!tenant) {
      const { language, notInService: text } = linesFor('en-US')
      ctx.body = hangUp({ language, text })
      return
    }
    const { accountId, knowledgeVersion, knowledge } = tenant
    const recordingState = knowledge.recording.isEnabled ? 'due' : 'off'
    const call = { accountId, callSid, from: withheld.has(from) ? '' : from, to, direction: 'inbound', knowledgeVersion, recordingState } as const
    if ((ctx.state.tooLate as AbortSignal).aborted) return
    const { conversationId } = await calls.open({ ...call, startedAtMs: nowMs() })
    ctx.body = await connector.connect({ ref: { accountId, conversationId }, callSid, tenant, mode: 'normal', restores: 0 })
  })

  async function findActiveTenant(to: string) {
    if (!e164Schema.safeParse(to).success) return null
    const account = await directory.findAccountByNumber(to)
    return account?.status === 'active' ? tenants.load(account.accountId) : null
  }
}

/** What Twilio writes in place of a withheld number: they spell RESTRICTED, BLOCKED, UNKNOWN, ANONYMOUS, UNAVAILABLE. */
const withheld = new Set(['+7378742833', '+2562533', '+8656696', '+266696687', '+86282452253'])
