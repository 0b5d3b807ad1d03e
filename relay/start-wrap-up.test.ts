import { randomUUID } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import { taskQueues, workflowTypes, wrapUpWorkflowId } from '../domain/workflow-names.ts'
import { createLogger } from '../providers/logger.ts'
import { createMetrics } from '../providers/metrics.ts'
import { testKeyring } from '../test/kit/account.ts'
import { temporalAddress } from '../test/kit/temporal.ts'
import { createRelayMetrics } from './relay-metrics.ts'
import { createWrapUpStarter } from './start-wrap-up.ts'

describe('the hint that a call is over', () => {
  const ref = { accountId: randomUUID(), conversationId: randomUUID() }
  const callSid = `CA${randomUUID().replaceAll('-', '')}`

  async function hint(address: string, times: number) {
    const metrics = createMetrics('relay')
    const starter = createWrapUpStarter({
      address,
      namespace: 'default',
      dataKeys: testKeyring,
      metrics: createRelayMetrics(metrics),
      logger: createLogger({ process: 'relay', level: 'silent' }),
    })
    for (let time = 0; time < times; time += 1) await starter.start(ref, callSid)
    await starter.close()
    const rows = (await metrics.registry.metrics()).matchAll(/wrap_up_hints_total\{.*result="([a-z-]+)".*\} (\d+)/g)
    return Object.fromEntries([...rows].map(([, result, count]) => [result, Number(count)]))
  }

  it('starts one wrap-up a call, however often it is given, and none once that is done', async () => {
    const connection = await Connection.connect({ address: temporalAddress() })
    const handle = new Client({ connection }).workflow.getHandle(wrapUpWorkflowId(callSid))
    expect(await hint(temporalAddress(), 3)).toEqual({ asked: 3 })
    const { type, taskQueue, runId } = await handle.describe()
    expect([type, taskQueue]).toEqual([workflowTypes.wrapUpConversation, taskQueues.conversations])
    const history = JSON.stringify(await handle.fetchHistory())
    for (const id of Object.values(ref)) expect(history).not.toContain(id)
    await handle.terminate()
    expect(await hint(temporalAddress(), 1)).toEqual({ 'done-before': 1 })
    expect((await handle.describe()).runId).toBe(runId)
    await connection.close()
  })

  it('is left to the sweeper while Temporal is away, and hurts nobody', async () => {
    expect(await hint('127.0.0.1:1', 2)).toEqual({ 'left-to-sweeper': 2 })
  })
})
