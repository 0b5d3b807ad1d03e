import { Client, Connection } from '@temporalio/client'
import type { ConversationRef } from '../domain/conversation.ts'
import type { NamedKey } from '../domain/environment.ts'
import { lookAgainSignalName, taskQueues, workflowTypes, wrapUpWorkflowId } from '../domain/workflow-names.ts'
import type { Logger } from '../providers/logger.ts'
import { createPayloadCipher } from '../providers/payload-cipher.ts'
import type { RelayMetrics } from './relay-metrics.ts'

const answerWithinMs = 5_000

export type WrapUpStarter = ReturnType<typeof createWrapUpStarter>

/**
 * Hints that a call is over: starts its one wrap-up, or tells the running one to look again; running or done already is success.
 * It is only a hint: Twilio's callbacks say the same, and the row's `wrap_up_due_at` is swept up when Temporal was away.
 */
export function createWrapUpStarter(options: {
  address: string
  namespace: string
  apiKey?: string
  dataKeys: NamedKey[]
  metrics: RelayMetrics
  logger: Logger
}) {
  const { address, namespace, apiKey, dataKeys, metrics, logger } = options
  // Without the default interceptor: its retries can't be cancelled, and bring the process down on a closed channel.
  const connection = Connection.lazy({ address, ...(apiKey && { apiKey, tls: true }), interceptors: [] })
  const client = new Client({ connection, namespace, dataConverter: { payloadCodecs: [createPayloadCipher(dataKeys)] } })

  return {
    /** Never rejects. */
    async start({ accountId, conversationId }: ConversationRef, callSid: string): Promise<void> {
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
        metrics.wrapUpHints.inc({ result: 'asked' })
      } catch (error) {
        const isDone = (error as Error).name === 'WorkflowExecutionAlreadyStartedError'
        metrics.wrapUpHints.inc({ result: isDone ? 'done-before' : 'left-to-sweeper' })
        if (!isDone) logger.warn({ code: 'temporal-unavailable', callSid, kind: (error as Error).name }, 'wrap-up left to the sweeper')
      }
    },
    close: () => connection.close(),
  }
}
