import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, Worker, type Logger, type NativeConnection, type WorkflowBundle } from '@temporalio/worker'
import type { ConversationActivities } from '../activities/conversation-activities.ts'
import { pulseEveryMs } from '../activities/pulse.ts'
import type { NamedKey } from '../domain/environment.ts'
import { createDataConverter, failureConverterPath } from './data-converter.ts'

/** Enough for many to wait for a model that hangs while others go on. */
const maxActivities = 100
/** Activities that began get so long to end by themselves, then are cancelled, and begin again elsewhere. */
const graceMs = 10_000
const forceMs = 20_000

/** The workflows' code as it runs in Temporal's sandbox, made once a process. */
export function bundleWorkflows(logger?: Logger): Promise<WorkflowBundle> {
  const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url))
  return bundleWorkflowCode({ workflowsPath, failureConverterPath, logger })
}

/**
 * A worker for everything about conversations; `run()` it. It polls from then on, whether or not Temporal stays near.
 *
 * It has no deployment version on purpose: with versioning on, nothing is dispatched until somebody has named the
 * current version, and workflows pinned to a build wait for a worker of that build – on one machine, where a deploy
 * replaces the only worker, for ever. `patched()` and the replay of recorded histories guard changes instead.
 */
export function createConversationWorker(options: {
  connection: NativeConnection
  namespace: string
  taskQueue: string
  dataKeys: NamedKey[]
  activities: ConversationActivities
  workflowBundle: WorkflowBundle
}): Promise<Worker> {
  const { dataKeys, ...rest } = options
  return Worker.create({
    ...rest,
    dataConverter: createDataConverter(dataKeys),
    shutdownGraceTime: graceMs,
    shutdownForceTime: forceMs,
    maxConcurrentActivityTaskExecutions: maxActivities,
    // Else the SDK keeps beats back for 80 % of the timeout, and a worker that is held up for 3 s counts as dead.
    maxHeartbeatThrottleInterval: pulseEveryMs,
  })
}
