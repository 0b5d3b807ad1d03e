import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { isGrpcServiceError } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime, TransportError, type WorkflowBundle } from '@temporalio/worker'
import type { ConversationActivities } from '../activities/conversation-activities.ts'
import type { NamedKey } from '../domain/environment.ts'
import { Failure } from '../domain/failure.ts'
import { taskQueues } from '../domain/workflow-names.ts'
import type { Logger } from '../providers/logger.ts'
import { bundleWorkflows, createConversationWorker } from './conversation-worker.ts'
import { ensureSchedules } from './schedules.ts'

const retryEveryMs = 2_000

export interface HostOptions {
  address: string
  /** Temporal Cloud's; with it goes TLS. Payloads are enciphered in any case. */
  apiKey?: string
  namespace: string
  dataKeys: NamedKey[]
  activities: ConversationActivities
  logger: Logger
  /** Ends the hosting: what runs is drained first. */
  signal: AbortSignal
  /** Hands over what tells whether work is being done: it rejects while it isn't. */
  onRunning(check: () => Promise<unknown>): void
}

/**
 * Runs the worker and its schedules until `signal` aborts. A Temporal that is away is waited for, at the start as much
 * as later; anything else that ends a worker is thrown.
 */
export async function hostWorkflows(options: HostOptions): Promise<void> {
  const { address, logger, signal } = options
  const temporalLogger = Runtime.instance().logger
  // Of the bundler's pages of statistics, only what is wrong with them.
  const bundleLogger = new DefaultLogger('WARN', ({ level, message, meta }) => temporalLogger.log(level, message, meta))
  const workflowBundle = await bundleWorkflows(bundleLogger)
  while (!signal.aborted) {
    try {
      await runOnce(options, workflowBundle)
    } catch (error) {
      if (!isAway(error)) throw error
      const { name: kind, message: reason } = error as Error
      logger.warn({ code: 'temporal-unavailable', server: address, kind, reason }, 'Temporal is away, waiting for it')
      await wait(retryEveryMs, undefined, { signal }).catch(() => undefined)
    }
  }
}

async function runOnce(options: HostOptions, workflowBundle: WorkflowBundle): Promise<void> {
  const { address, apiKey, namespace, dataKeys, activities, signal, onRunning } = options
  const taskQueue = taskQueues.conversations
  const connection = await NativeConnection.connect({ address, ...(apiKey && { apiKey, tls: true }) })
  try {
    const worker = await createConversationWorker({
      connection,
      namespace,
      taskQueue,
      dataKeys,
      activities,
      workflowBundle,
    })
    await ensureSchedules(worker.client!, { taskQueue })
    onRunning(async () => {
      if (worker.getState() !== 'RUNNING') throw new Failure('temporal-unavailable')
      await connection.workflowService.getSystemInfo({})
    })
    await worker.runUntil(async () => {
      if (!signal.aborted) await once(signal, 'abort')
    })
  } finally {
    // A worker that failed before it ran holds on to its connection.
    await connection.close().catch(() => undefined)
  }
}

const isAway = (error: unknown): boolean => error instanceof TransportError || isGrpcServiceError(error)
