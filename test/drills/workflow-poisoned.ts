import { setTimeout as wait } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { taskQueues, workflowTypes, wrapUpWorkflowId } from '../../domain/workflow-names.ts'
import { createPayloadCipher } from '../../providers/payload-cipher.ts'
import { questions, ringUp, type Caller } from './callers.ts'
import { requireEqualLedgers } from './compare-ledgers.ts'
import { eventually, type Drill } from './drill.ts'
import { startHouse, type House } from './house.ts'
import { readOurs } from './ledgers.ts'
import { copyWorker } from './own-worker.ts'
import { readMetric } from './read-metric.ts'

const workflowFile = 'workflows/wrap-up-conversation.ts'
/** Where the bug is: after such a line. */
const places = {
  'at the beginning': 'export async function wrapUpConversation(ref: ConversationRef): Promise<void> {\n',
  'after the end of the call': '  await untilEnded(ref, hints)\n',
  'in summing up': 'async function sumUpAndTell(ref: ConversationRef): Promise<void> {\n',
  'in bringing the recording home': '      const view = await lookForRecording(ref)\n',
}
const bug = "  if (parseInt(workflowInfo().workflowId.at(-1)!, 16) % 2) throw new TypeError('a bug')\n"
/** The bug strikes half of all calls. */
const isStruck = ({ callSid }: Pick<Caller, 'callSid'>) => parseInt(callSid.at(-1)!, 16) % 2 === 1

/** Temporal tries a failed task again after some seconds, later after up to some minutes. */
const completesWithinMs = 240_000

/** F15: a worker with a bug in a workflow, and workflows whose arguments nobody can read or use: what they strike waits, and nothing else does. */
export const workflowPoisoned: Drill = async ({ dice, size, say }) => {
  const worker = await copyWorker()
  try {
    const place = places[dice.pick('the bug', Object.keys(places) as (keyof typeof places)[])]
    await worker.change(workflowFile, { [place]: place + bug, 'setHandler }': 'setHandler, workflowInfo }' })
    const house = await startHouse({ workerScript: worker.script })
    try {
      await sendPoison(house)
      const callers: Caller[] = []
      const least = size === 'small' ? 1 : 8
      while (callers.length < least || !callers.some(isStruck) || callers.every(isStruck)) {
        const caller = await ringUp(house, callers.length)
        callers.push(caller)
        await caller.insist(dice.pick('question', questions))
        await caller.hangUp()
      }
      const waiting = callers.filter(isStruck)
      say(`${waiting.length} of ${callers.length} calls are struck`)
      await eventually('all that the bug spares is wrapped up', async () =>
        (await readOurs(house)).every((call) => call.isWrappedUp !== isStruck(call)),
      )
      await eventually('metrics tell', async () => (await failedTasks(house)) >= waiting.length && (await failedWorkflows(house)) === 1)
      await wait(dice.int('ms until the fix', 0, size === 'small' ? 0 : 60_000))
      await requireWaiting(house, waiting)
      say(`${await failedTasks(house)} failed tasks so far`)

      await worker.mend(workflowFile)
      house.kill('worker', 'SIGTERM')
      await eventually('the worker is started again', () => house.restarts('worker') === 1)
      await house.untilReady('worker')
      const mendedAtMs = Date.now()
      await requireEqualLedgers(house, { callers }, completesWithinMs)
      say(`all wrapped up ${Date.now() - mendedAtMs} ms after the fix`)
    } finally {
      await house.stop()
    }
  } finally {
    await worker.remove()
  }
}

/** One workflow that can't use what it is given, and one that can't even read it. */
async function sendPoison(house: House): Promise<void> {
  const foreign = createPayloadCipher([{ id: 'foreign', key: new Uint8Array(32).fill(9) }])
  const start = (client: Client, name: string) =>
    client.workflow.start(workflowTypes.wrapUpConversation, {
      workflowId: wrapUpWorkflowId(name),
      taskQueue: taskQueues.conversations,
      args: [{ accountId: 'nobody', conversationId: 'none' }],
    })
  await withClient(house, (client) => start(client, 'poison-2'))
  await withClient(house, (client) => start(client, 'poison-4'), [foreign])
}

/** Neither failed nor done. */
async function requireWaiting(house: House, callers: Caller[]): Promise<void> {
  const ids = [...callers.map(({ callSid }) => callSid), 'poison-4'].map(wrapUpWorkflowId)
  const statuses = await withClient(house, (client) => Promise.all(ids.map(async (id) => (await client.workflow.getHandle(id).describe()).status.name)))
  if (statuses.some((status) => status !== 'RUNNING')) throw new Error(`what should wait for the fix is ${statuses.join(', ')}`)
}

async function withClient<T>({ facts }: House, work: (client: Client) => Promise<T>, payloadCodecs: ReturnType<typeof createPayloadCipher>[] = []): Promise<T> {
  const connection = await Connection.connect({ address: facts.temporalAddress })
  try {
    return await work(new Client({ connection, namespace: facts.temporalNamespace, dataConverter: { payloadCodecs } }))
  } finally {
    await connection.close()
  }
}

const counted = (name: string) => async (house: House) =>
  Number((await readMetric(house, new RegExp(`^ironvoice_temporal_${name}_total\\{[^}]*wrapUpConversation[^}]*\\} (\\d+)$`, 'm'))).worker ?? 0)
const failedTasks = counted('workflow_task_execution_failed')
const failedWorkflows = counted('workflow_failed')
