import type { Server } from 'node:http'
import { createCalls } from '../db/calls.ts'
import { createDatabase } from '../db/database.ts'
import { createDirectory } from '../db/directory.ts'
import { createTenants } from '../db/tenants.ts'
import { createTranscripts } from '../db/transcripts.ts'
import { createWrapUps } from '../db/wrap-ups.ts'
import { securityHeaders, strictTransportSecurity } from '../domain/security-headers.ts'
import type { Logger } from '../providers/logger.ts'
import { createMetrics } from '../providers/metrics.ts'
import { createOperations } from '../providers/operations.ts'
import { createRelayTokens } from '../providers/relay-token.ts'
import { createApiMetrics } from './api-metrics.ts'
import { createApp } from './app.ts'
import { createCallReports } from './call-reports.ts'
import type { ApiConfig } from './config.ts'
import { createCallConnector } from './connect-call.ts'
import { createReceptionists } from './receptionists.ts'
import { createApiServer, drain } from './server.ts'
import { createWrapUpStarter } from './start-wrap-up.ts'
import { createSignatureCheck } from './twilio/gate.ts'

/** Requests that are being answered when the process is told to stop get so long. */
const drainWithinMs = 10_000

export interface Api {
  server: Server
  /** Says that it isn't ready any more, finishes what it is answering, lets go of everything. Bounded. */
  stop(): Promise<void>
}

/** The api process, put together but not listening yet. Neither database nor Temporal need be there. */
export async function composeApi(
  config: ApiConfig,
  { logger, nowMs, newId }: { logger: Logger; nowMs(): number; newId(): string },
): Promise<Api> {
  const { PUBLIC_URL: publicUrl, RELAY_PUBLIC_URL: relayPublicUrl } = config
  const processMetrics = createMetrics('api')
  const metrics = createApiMetrics(processMetrics)
  const headers = { ...securityHeaders, ...(publicUrl.startsWith('https:') && strictTransportSecurity) }
  const database = await createDatabase({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL_SIZE,
    applicationName: 'ironvoice-api',
  })
  const wrapUpStarter = createWrapUpStarter({
    address: config.TEMPORAL_ADDRESS,
    namespace: config.TEMPORAL_NAMESPACE,
    apiKey: config.TEMPORAL_API_KEY,
    dataKeys: config.DATA_KEYS,
    metrics,
    logger,
  })
  const relayTokens = createRelayTokens(config.SESSION_KEYS)
  const receptionistOf = createReceptionists()
  const directory = createDirectory(database)
  const reports = createCallReports({ directory, metrics, logger })
  let isDraining = false

  const app = createApp({
    publicUrl,
    headers,
    metrics,
    logger,
    // Temporal is no condition: calls are answered without it.
    operations: createOperations({
      metrics: processMetrics,
      checks: { database: () => database.ping() },
      isDraining: () => isDraining,
    }),
    isSigned: createSignatureCheck({ authToken: config.TWILIO_AUTH_TOKEN, publicUrl }),
    directory,
    tenants: createTenants(database),
    calls: createCalls(database),
    transcripts: createTranscripts(database),
    wrapUps: createWrapUps(database),
    connector: createCallConnector({ publicUrl, relayPublicUrl, relayTokens, receptionistOf, nowMs, newId }),
    reports,
    startWrapUp: wrapUpStarter.start,
    nowMs,
  })
  const server = createApiServer({ listener: app.callback(), headers, metrics })

  return {
    server,
    async stop() {
      isDraining = true
      await drain(server, drainWithinMs)
      reports.stop()
      await Promise.allSettled([wrapUpStarter.close(), database.close()])
    },
  }
}
