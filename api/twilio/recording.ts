import type { Router } from '@koa/router'
import { z } from 'zod'
import type { WebhookDependencies } from './dependencies.ts'
import { limited, parsed } from './gate.ts'
import { webhookFields } from './webhook-fields.ts'

const formSchema = z.object({
  CallSid: webhookFields.CallSid,
  RecordingSid: z.string().regex(/^RE[0-9a-f]{32}$/),
  RecordingStatus: z.enum(['in-progress', 'completed', 'absent', 'failed']),
})
type Form = z.infer<typeof formSchema>

/**
 * `POST /twilio/recording`: a recording is ready, or there will be none. Either means that the call is over – but for one
 * that its caller objected to, which was stopped while they talked on.
 */
export function addRecordingRoute(router: Router, dependencies: WebhookDependencies): void {
  const { isSigned, calls, reports, wrapUps, startWrapUp, nowMs } = dependencies

  router.post('/twilio/recording', limited, isSigned, parsed(formSchema), async (ctx) => {
    ctx.status = 204
    const { CallSid: callSid, RecordingStatus: status } = ctx.state.form as Form
    if (status === 'in-progress') return
    await reports.take(callSid, async (ref) => {
      const call = await wrapUps.load(ref)
      if (!call || (call.recordingState === 'objected' && call.endedAtMs === null)) return
      await calls.reportEnd(ref, { atMs: nowMs() })
      await startWrapUp(ref, callSid)
    })
  })
}
