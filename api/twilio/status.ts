import type { Router } from '@koa/router'
import { z } from 'zod'
import type { WebhookDependencies } from './dependencies.ts'
import { limited, parsed } from './gate.ts'
import { isFinal, webhookFields } from './webhook-fields.ts'

const formSchema = z.object({
  CallSid: webhookFields.CallSid,
  CallStatus: webhookFields.CallStatus,
  CallDuration: webhookFields.seconds.optional(),
  /** RFC 2822; when it happened. */
  Timestamp: z.string().max(64).transform(Date.parse).pipe(z.int()).optional(),
})
type Form = z.infer<typeof formSchema>

/** `POST /twilio/voice/status`: a call changed its state. The final one is what a wrap-up follows from. */
export function addStatusRoute(router: Router, dependencies: WebhookDependencies): void {
  const { isSigned, calls, reports, startWrapUp, nowMs } = dependencies

  router.post('/twilio/voice/status', limited, isSigned, parsed(formSchema), async (ctx) => {
    ctx.status = 204
    const { CallSid: callSid, CallStatus, CallDuration: durationSeconds, Timestamp: endedAtMs } = ctx.state.form as Form
    if (!isFinal(CallStatus)) return
    await reports.take(callSid, async (ref) => {
      await calls.reportEnd(ref, { endedAtMs, durationSeconds, atMs: nowMs() })
      await startWrapUp(ref, callSid)
    })
  })
}
