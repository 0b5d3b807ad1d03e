import '../providers/require-node.mjs'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { MetricsBuffer, Runtime } from '@temporalio/worker'
import { listenHost } from '../domain/environment.ts'
import { Failure } from '../domain/failure.ts'
import { createLogger } from '../providers/logger.ts'
import { createMetrics } from '../providers/metrics.ts'
import { composeActivities } from './compose-activities.ts'
import { readConfig } from './config.ts'
import { hostWorkflows } from './host-workflows.ts'
import { createOperationsServer } from './operations-server.ts'
import { createTemporalLogger } from './temporal-logger.ts'
import { exportTemporalMetrics } from './temporal-metrics.ts'

try {
  const config = readConfig(process.env)
  const logger = createLogger({ process: 'worker', level: config.LOG_LEVEL })
  const metrics = createMetrics('worker')
  const stopping = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort())

  const buffer = new MetricsBuffer()
  Runtime.install({
    logger: createTemporalLogger(logger),
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} }, metrics: { buffer } },
    shutdownSignals: [],
  })
  const stopMetrics = exportTemporalMetrics(buffer, metrics)
  const { activities, ping, close } = await composeActivities(config, { nowMs: () => Date.now() })

  let isWorking = (): Promise<unknown> => Promise.reject(new Failure('temporal-unavailable'))
  const checks = { database: ping, temporal: () => isWorking() }
  const server = createOperationsServer({ metrics, checks, isDraining: () => stopping.signal.aborted })
  server.listen(config.WORKER_PORT, listenHost(config.PUBLIC_URL))
  await once(server, 'listening')
  logger.info({ port: (server.address() as AddressInfo).port }, 'worker starts')

  try {
    await hostWorkflows({
      address: config.TEMPORAL_ADDRESS,
      apiKey: config.TEMPORAL_API_KEY,
      namespace: config.TEMPORAL_NAMESPACE,
      dataKeys: config.DATA_KEYS,
      activities,
      logger,
      signal: stopping.signal,
      onRunning: (check) => {
        isWorking = check
      },
    })
  } finally {
    stopMetrics()
    server.close()
    server.closeAllConnections()
    await close()
    logger.info('worker has ended')
  }
  process.exit(0)
} catch (error) {
  console.error(error instanceof Failure ? error.message : error)
  process.exit(1)
}
