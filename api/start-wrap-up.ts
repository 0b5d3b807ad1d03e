import { Client, Connection } from '@temporalio/client'
import type { ConversationRef } from '../domain/conversation.ts'
import type { NamedKey } from '../domain/environment.ts'
import { lookAgainSignalName, taskQueues, workflowTypes, wrapUpWorkflowId } from '../domain/workflow-names.ts'
import type { Logger } from '../providers/logger.ts'
import { createPayloadCipher } from '../providers/payload-cipher.ts'
import type { ApiMetrics } from './api-metrics.ts'

/** Twilio waits 15 s for a webhook; a wrap-up that could not be asked for by then is swept up from its row. */
const answerWithinMs = 2_000

export type WrapUpStarter = ReturnType<typeof createWrapUpStarter>

/**
 * Asks for wrap-ups: starts the call's one workflow, or tells the running one to look again. That it is running or done
 * already is success. Temporal away is no failure here: `wrap_up_due_at` is in the row by then, and the sweeper reads it.
 */
export function createWrapUpStarter(options: {
  address: string
  namespace: string
  apiKey?: string
  dataKeys: NamedKey[]
  metrics: ApiMetrics
  logger: Logger
}) {
  const { address, namespace, apiKey, dataKeys, metrics, logger } = options
  // Without the default interceptor: its retries can't be cancelled, and bring the process down on a closed channel.
  const connection = Connection.lazy({ address, ...(apiKey && { apiKey, tls: true }), interceptors: [] })
  const client = new Client({ connection, namespace, dataConverter: { payloadCodecs: [createPayloadCipher(dataKeys)] } })

  return {
    /** Never rejects. */
    async start(ref: ConversationRef, callSid: string): Promise<void> {
      const { accountId, conversationId } = ref
      const ask = () =>
        client.workflow.signalWithStart(workflowTypes.wrapUpConversation, {
          workflowId: wrapUpWorkflowId(callSid),
          taskQueue: taskQueues.conversations,
          args: [{ accountId, conversationId }],
          signal: lookAgainSignalName,
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
        })
      try {
        await client.withAbortSignal(AbortSignal.timeout(answerWithinMs), ask)
        metrics.wrapUpStarts.inc({ result: 'asked' })
      } catch (error) {
        const isDone = (error as Error).name === 'WorkflowExecutionAlreadyStartedError'
        metrics.wrapUpStarts.inc({ result: isDone ? 'done-before' : 'left-to-sweeper' })
        if (!isDone) logger.warn({ code: 'temporal-unavailable', callSid, kind: (error as Error).name }, 'wrap-up left to the sweeper')
      }
    },

    close: () => connection.close(),
  }
}
