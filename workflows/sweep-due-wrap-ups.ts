import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import { ParentClosePolicy, proxyActivities, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow'
import type { ConversationActivities } from '../activities/conversation-activities.ts'
import type { ConversationRef } from '../domain/conversation.ts'
import { wrapUpWorkflowId } from '../domain/workflow-names.ts'
import { wrapUpConversation } from './wrap-up-conversation.ts'

const { listDueWrapUps, passByForNow } = proxyActivities<ConversationActivities>({
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout: '15 seconds',
  // The next sweep is half a minute away: what goes on failing now is its business.
  scheduleToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '5 seconds' },
})

/** Lists are short; what is left after so many of them is the next sweep's. */
const maxRounds = 10

/**
 * Starts the wrap-ups that are due and that nobody started. A schedule runs it every 30 seconds.
 *
 * Why it exists: api and relay start a wrap-up when they hear of a call's end. Temporal may be away then, or the end
 * may never be reported. The row of the call says when its wrap-up is due, so it is found here.
 * What can fail: the database may be away (the next sweep looks again); a wrap-up may run, or have run (success). One
 * that failed is started anew, as long as it is due.
 * Why it is safe to re-run: it only starts what has an id of its own, made of the call's SID, and each wrap-up is itself
 * safe to run twice. What it started or found started, it passes by for some minutes.
 */
export async function sweepDueWrapUps(): Promise<void> {
  for (let round = 0; round < maxRounds; round += 1) {
    const due = await listDueWrapUps()
    if (due.length === 0) return
    await Promise.all(due.map(startWrapUp))
    await passByForNow(due.map(({ accountId, conversationId }) => ({ accountId, conversationId })))
  }
}

async function startWrapUp({ externalId, ...ref }: ConversationRef & { externalId: string }): Promise<void> {
  try {
    await startChild(wrapUpConversation, {
      workflowId: wrapUpWorkflowId(externalId),
      args: [ref],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
    })
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
  }
}
