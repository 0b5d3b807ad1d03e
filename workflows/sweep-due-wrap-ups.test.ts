import { jest } from '@jest/globals'
import { ScheduleNotFoundError } from '@temporalio/client'
import { workflowTypes, wrapUpWorkflowId } from '../domain/workflow-names.ts'
import { recordHistory } from '../test/kit/histories.ts'
import { createTestQueue } from '../test/kit/temporal.ts'
import { until } from '../test/kit/until.ts'
import { startWorker } from '../test/kit/wrap-up-worker.ts'
import { createWrapUpWorld, goodAnswer, type WrapUpWorld } from '../test/kit/wrap-up-world.ts'
import { ensureSchedules } from '../workers/schedules.ts'

jest.setTimeout(120_000)

const taskQueue = createTestQueue('sweep')
let world: WrapUpWorld
let worker: Awaited<ReturnType<typeof startWorker>>

beforeAll(async () => {
  world = await createWrapUpWorld()
  world.vendors.setAnswer(goodAnswer)
  worker = await startWorker({ taskQueue, activities: world.activities })
})

afterAll(async () => {
  await worker?.stop()
  await world?.stop()
})

/** A call whose end was written down while Temporal was away: nobody started its wrap-up. */
async function placeLostCall() {
  const call = await world.placeCall()
  await world.calls.reportEnd(call.ref, { atMs: Date.now() })
  return { ...call, workflowId: wrapUpWorkflowId(call.callSid) }
}

const sweep = (workflowId: string) =>
  worker.client.workflow.execute(workflowTypes.sweepDueWrapUps, { workflowId, taskQueue })
const due = () => world.directory.listDueWrapUps(Date.now(), 100)

describe('the sweep', () => {
  it('starts what Temporal missed, and leaves alone what runs, has run or is not due', async () => {
    const lost = await placeLostCall()
    const running = await placeLostCall()
    running.call.status = 'in-progress'
    const done = await placeLostCall()
    const live = await world.placeCall()
    const start = (call: typeof lost) =>
      worker.client.workflow.start(workflowTypes.wrapUpConversation, {
        workflowId: call.workflowId,
        taskQueue,
        args: [call.ref],
      })
    const runningHandle = await start(running)
    await (await start(done)).result()

    await world.query('update conversation set wrap_up_due_at = now() where id = any($1)', [[done.ref.conversationId]])
    await world.query('update conversation set wrapped_up_at = null where id = $1', [done.ref.conversationId])
    await world.query("update conversation set wrap_up_due_at = now() + interval '1 hour' where id = $1", [
      live.ref.conversationId,
    ])
    await sweep('sweep-1')

    await worker.client.workflow.getHandle(lost.workflowId).result()
    expect(await world.wrapUps.load(lost.ref)).toMatchObject({ isWrappedUp: true })
    expect((await worker.client.workflow.getHandle(running.workflowId).describe()).runId).toBe(
      runningHandle.firstExecutionRunId,
    )
    await expect(worker.client.workflow.getHandle(wrapUpWorkflowId(live.callSid)).describe()).rejects.toThrow()
    expect(await world.ledgers(done.ref)).toMatchObject({ usage: 1 })
    await runningHandle.terminate()
    await recordHistory(worker.client, 'sweep', 'sweep-1')
  })

  it('starts anew what failed', async () => {
    const call = await placeLostCall()
    call.call.status = 'in-progress'
    const options = { workflowId: call.workflowId, taskQueue, args: [call.ref] }
    await (await worker.client.workflow.start(workflowTypes.wrapUpConversation, options)).terminate()
    call.call.status = 'completed'
    await sweep('sweep-2')
    await worker.client.workflow.getHandle(call.workflowId).result()
    expect(await world.wrapUps.load(call.ref)).toMatchObject({ isWrappedUp: true })
  })

  it('looks past wrap-ups that take long, so that no number of them hides a lost one', async () => {
    const slow = await placeLostCall()
    slow.call.status = 'in-progress'
    await sweep('sweep-3')
    expect(await due()).toEqual([])
    expect((await worker.client.workflow.getHandle(slow.workflowId).describe()).status.name).toBe('RUNNING')
    await worker.client.workflow.getHandle(slow.workflowId).terminate()
  })

  it('is scheduled once, however often workers start', async () => {
    const call = await placeLostCall()
    const scheduleId = createTestQueue('schedule')
    const handle = worker.client.schedule.getHandle(scheduleId)
    await Promise.all([1, 2, 3].map(() => ensureSchedules(worker.client, { taskQueue, scheduleId })))
    try {
      expect((await handle.describe()).spec.intervals).toEqual([expect.objectContaining({ every: 30_000 })])
      await handle.trigger()
      await until(async () => (await world.wrapUps.load(call.ref))!.isWrappedUp)
    } finally {
      await handle.delete()
    }
    await expect(handle.describe()).rejects.toThrow(ScheduleNotFoundError)
  })
})
