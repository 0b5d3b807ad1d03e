import { NativeConnection } from '@temporalio/worker'
import type { ConversationActivities } from '../../activities/conversation-activities.ts'
import { bundleWorkflows, createConversationWorker } from '../../workers/conversation-worker.ts'
import { quietTemporal, temporalAddress } from './temporal.ts'
import { dataKeys } from './wrap-up-world.ts'

const quiet = quietTemporal()

/** The production worker, in this process, on one task queue of the run's server or of a server of the test's own. */
export async function startWorker(options: {
  taskQueue: string
  activities: ConversationActivities
  connection?: NativeConnection
}) {
  const { taskQueue, activities } = options
  const connection = options.connection ?? (await NativeConnection.connect({ address: temporalAddress() }))
  const workflowBundle = await bundleWorkflows(quiet)
  const worker = await createConversationWorker({
    connection,
    namespace: 'default',
    taskQueue,
    dataKeys,
    activities,
    workflowBundle,
  })
  const running = worker.run()
  return {
    client: worker.client!,
    stop: async () => {
      worker.shutdown()
      await running
      if (!options.connection) await connection.close()
    },
  }
}
