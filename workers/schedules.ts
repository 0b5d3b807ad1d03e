import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client, type ScheduleOptions } from '@temporalio/client'
import { sweepScheduleId, workflowTypes } from '../domain/workflow-names.ts'

const sweepEveryMs = 30_000

/**
 * Makes Temporal's schedules what this code says that they are, whether or not they exist. Safe at every start, by any
 * number of workers.
 */
export async function ensureSchedules(
  client: Client,
  { taskQueue, scheduleId = sweepScheduleId }: { taskQueue: string; scheduleId?: string },
): Promise<void> {
  const schedule = {
    spec: { intervals: [{ every: sweepEveryMs }] },
    action: {
      type: 'startWorkflow',
      workflowType: workflowTypes.sweepDueWrapUps,
      workflowId: scheduleId,
      taskQueue,
      args: [],
      workflowExecutionTimeout: '5 minutes',
    },
    // A sweep sees all that is due: one at a time is enough, and none has to be made up for.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute', pauseOnFailure: false },
  } satisfies Omit<ScheduleOptions, 'scheduleId'>
  try {
    await client.schedule.create({ scheduleId, ...schedule })
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error
    await client.schedule.getHandle(scheduleId).update((earlier) => ({ ...schedule, state: earlier.state }))
  }
}
