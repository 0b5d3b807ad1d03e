import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { MetricsBuffer, Runtime } from '@temporalio/worker'
import { createConversationActivities } from '../activities/conversation-activities.ts'
import { createCalls } from '../db/calls.ts'
import { createDatabase } from '../db/database.ts'
import { createDirectory } from '../db/directory.ts'
import { createRecordings } from '../db/recordings.ts'
import { createTenants } from '../db/tenants.ts'
import { createTranscripts } from '../db/transcripts.ts'
import { createWrapUps } from '../db/wrap-ups.ts'
import { Failure } from '../domain/failure.ts'
import { createLogger } from '../providers/logger.ts'
import { createMetrics } from '../providers/metrics.ts'
import { createOpenAiSummary } from '../providers/openai-summary.ts'
import { createResendMail } from '../providers/resend-mail.ts'
import { createTwilioVoice } from '../providers/twilio-voice.ts'
import { readConfig } from './config.ts'
import { hostWorkflows } from './host-workflows.ts'
import { createOperationsServer } from './operations-server.ts'
import { createTemporalLogger } from './temporal-logger.ts'
import { exportTemporalMetrics } from './temporal-metrics.ts'

const exitWithinMs = 1_000
const config = readConfig(process.env)
const logger = createLogger({ process: 'worker', level: config.LOG_LEVEL })
const metrics = createMetrics('worker')
const stopping = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort())

const metricsBuffer = new MetricsBuffer()
Runtime.install({
  logger: createTemporalLogger(logger),
  telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} }, metrics: { buffer: metricsBuffer } },
  shutdownSignals: [],
})
const stopMetrics = exportTemporalMetrics(metricsBuffer, metrics)

const database = await createDatabase({ url: config.DATABASE_URL, poolSize: 15, applicationName: 'ironvoice-worker' })
// A recording that streams in holds its connection for as long as that takes: it takes none from the others.
const recordingDatabase = await createDatabase({ url: config.DATABASE_URL, poolSize: 4, applicationName: 'ironvoice-worker-recordings' })
const activities = createConversationActivities({
  calls: createCalls(database),
  directory: createDirectory(database),
  recordings: createRecordings(recordingDatabase, config.DATA_KEYS),
  tenants: createTenants(database),
  transcripts: createTranscripts(database),
  wrapUps: createWrapUps(database),
  twilio: createTwilioVoice({ accountSid: config.TWILIO_ACCOUNT_SID, authToken: config.TWILIO_AUTH_TOKEN, baseUrl: config.TWILIO_BASE_URL }),
  model: createOpenAiSummary({ apiKey: config.OPENAI_API_KEY, baseUrl: config.OPENAI_BASE_URL, model: config.OPENAI_MODEL }),
  mailer: createResendMail({ apiKey: config.RESEND_API_KEY, baseUrl: config.RESEND_BASE_URL, from: `IronVoice <${config.SUPPORT_EMAIL}>` }),
  nowMs: Date.now,
})

let isTemporalReady = (): Promise<unknown> => Promise.reject(new Failure('temporal-unavailable'))
const server = createOperationsServer({
  metrics,
  checks: {
    database: () => database.ping(),
    temporal: () => isTemporalReady(),
  },
  isDraining: () => stopping.signal.aborted,
})
server.listen(config.WORKER_PORT)
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
    onRunning: (check) => (isTemporalReady = check),
  })
} catch (error) {
  logger.fatal({ kind: (error as Error).name, at: (error as Error).stack?.split('\n').slice(1, 8) }, 'worker ends')
  process.exitCode = 1
} finally {
  stopMetrics()
  server.close()
  server.closeAllConnections()
  await Promise.all([database.close(), recordingDatabase.close()])
  logger.info('worker has ended')
  // What the native part of Temporal's SDK still waits for is nobody's any more.
  setTimeout(() => process.exit(), exitWithinMs).unref()
}
