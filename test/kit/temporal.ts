import { randomUUID } from 'node:crypto'
import { Connection } from '@temporalio/client'
import { msToTs } from '@temporalio/common/lib/time.js'
import { TestWorkflowEnvironment, type TimeSkippingTestWorkflowEnvironmentOptions } from '@temporalio/testing'
import { DefaultLogger, Runtime } from '@temporalio/worker'
import { required } from './environment.ts'
import { timeSkippingLauncher } from './time-skipping-server.ts'
import { until } from './until.ts'

export interface TimeSkippingServer {
  address: string
  /** Its `client` skips time while a workflow's result is awaited; `sleep` skips by hand. */
  environment: TestWorkflowEnvironment
  stop(): Promise<void>
}

/** Address of the run's real Temporal dev server (namespace `default`). */
export const temporalAddress = (): string => required('TEST_TEMPORAL_ADDRESS')

let logger: DefaultLogger | undefined

/** Temporal's SDK, native part included, logs nothing in this process. Before any connection. */
export function quietTemporal(): DefaultLogger {
  if (logger) return logger
  logger = new DefaultLogger('ERROR', () => undefined)
  Runtime.install({ logger, telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } } })
  return logger
}

/** A task queue that nobody else polls: what isolates tests from one another on the run's server. */
export const createTestQueue = (name: string): string => `${name}-${randomUUID()}`

/** A namespace of its own on the run's server, for what uses the names of production: its task queue, its schedules. */
export async function createTestNamespace(): Promise<string> {
  const namespace = createTestQueue('namespace')
  const connection = await Connection.connect({ address: temporalAddress() })
  try {
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') })
    // The server's parts learn of it one after the other.
    const isKnown = () =>
      connection.workflowService.listWorkflowExecutions({ namespace }).then(
        () => true,
        () => false,
      )
    await until(isKnown)
    return namespace
  } finally {
    await connection.close()
  }
}

/**
 * A Temporal server of its own whose clock jumps over waits: the official download where it is to be had, the same
 * server from Maven Central otherwise.
 * @throws Error naming the remedies when neither works.
 */
export async function createTimeSkippingServer(
  options: Pick<TimeSkippingTestWorkflowEnvironmentOptions, 'client'> = {},
): Promise<TimeSkippingServer> {
  const environment = await TestWorkflowEnvironment.createTimeSkipping(options).catch(async () =>
    TestWorkflowEnvironment.createTimeSkipping({
      ...options,
      server: { executable: { type: 'existing-path', path: await timeSkippingLauncher() } },
    }),
  )
  return { address: environment.address, environment, stop: () => environment.teardown() }
}
