/** What Temporal itself takes: a workflow with one activity that does nothing, as our own are hosted. */
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { testKeyring } from '../test/kit/account.ts'
import { createDataConverter, failureConverterPath } from '../workers/data-converter.ts'
import { answerQuestions } from './questions.ts'

export const noOpQueue = 'no-op'
export type NoOpActivities = { nothing(): Promise<void> }

if (process.argv[1] === fileURLToPath(import.meta.url)) await work(process.env.TEMPORAL_ADDRESS!)

async function work(address: string) {
  const logger = new DefaultLogger('WARN')
  Runtime.install({ logger })
  let done = 0
  const activities: NoOpActivities = { nothing: async () => void (done += 1) }
  const workflowsPath = fileURLToPath(new URL('no-op-workflow.ts', import.meta.url))
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    namespace: 'default',
    taskQueue: noOpQueue,
    activities,
    workflowBundle: await bundleWorkflowCode({ workflowsPath, failureConverterPath, logger }),
    dataConverter: createDataConverter(testKeyring),
    maxConcurrentActivityTaskExecutions: 100,
  })
  const running = worker.run()
  answerQuestions({ done: () => done })
  await running
}
