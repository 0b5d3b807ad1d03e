import { proxyActivities } from '@temporalio/workflow'
import type { NoOpActivities } from './no-op-worker.ts'

const { nothing } = proxyActivities<NoOpActivities>({ startToCloseTimeout: '15 seconds' })

/** The least that a workflow with an effect can do. */
export async function noOp(): Promise<void> {
  await nothing()
}
