import { Failure } from '../domain/failure.ts'
import type { Logger } from '../providers/logger.ts'
import { createMetrics } from '../providers/metrics.ts'
import { createOpenAiLive } from '../providers/openai-live.ts'
import { createOperations } from '../providers/operations.ts'
import { createRelayTokens } from '../providers/relay-token.ts'
import { createTwilioVoice } from '../providers/twilio-voice.ts'
import { createAdmission } from './admission.ts'
import type { Clock } from './clock.ts'
import type { readConfig } from './config.ts'
import type { EventLoop } from './event-loop.ts'
import { describeError } from './describe-error.ts'
import { createJournal, type JournalOptions } from './journal.ts'
import { relayBounds } from './relay-bounds.ts'
import { createRelayMetrics } from './relay-metrics.ts'
import { createRelayServer } from './server.ts'
import { createSessions } from './sessions.ts'
import { createRecordingStarter } from './start-recording.ts'
import { createWrapUpStarter } from './start-wrap-up.ts'
import { createTenantLoader } from './tenant-loader.ts'

export interface RelayDeps {
  database: JournalOptions['database']
  logger: Logger
  clock: Clock
  eventLoop: EventLoop
  newId(): string
}

/** One relay process, whole but for its port and its signals. */
export function composeRelay(config: ReturnType<typeof readConfig>, { database, logger, clock, eventLoop, newId }: RelayDeps) {
  const allMetrics = createMetrics('relay')
  const metrics = createRelayMetrics(allMetrics)
  const isDraining = () => draining !== null
  let draining: Promise<number> | null = null

  const journal = createJournal({ database, logger, metrics, clock })
  const wrapUps = createWrapUpStarter({
    address: config.TEMPORAL_ADDRESS,
    namespace: config.TEMPORAL_NAMESPACE,
    apiKey: config.TEMPORAL_API_KEY,
    dataKeys: config.DATA_KEYS,
    metrics,
    logger,
  })
  const model = createOpenAiLive({
    apiKey: config.OPENAI_API_KEY,
    baseUrl: config.OPENAI_BASE_URL,
    model: config.OPENAI_MODEL,
    timeoutMs: relayBounds.modelSilenceMs,
    onUsage: (usage) => Object.entries(usage).forEach(([kind, tokens]) => metrics.modelTokens.inc({ kind }, tokens)),
  })
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_BASE_URL: baseUrl } = config
  const voice = createTwilioVoice({ accountSid, authToken, baseUrl })
  const statusCallback = `${config.PUBLIC_URL}/twilio/recording`
  const admission = createAdmission({ eventLoop, calls: () => sessions.size, isDraining, clock, metrics, logger })
  const sessions = createSessions({
    tokens: createRelayTokens(config.SESSION_KEYS),
    loader: createTenantLoader(database),
    model,
    journal,
    recordingOf: createRecordingStarter({ journal, voice, statusCallback, clock, logger, metrics }),
    wrapUps,
    admission,
    clock,
    newId,
    metrics,
    logger,
  })
  const server = createRelayServer({
    publicUrl: config.RELAY_PUBLIC_URL,
    twilioAuthToken: authToken,
    sessions,
    admission,
    operations: createOperations({ metrics: allMetrics, checks: { database: database.ping, capacity: hasCapacity }, isDraining }),
    clock,
    metrics,
    logger,
  })

  /** @throws Failure why no new call is taken: others should be sent them. */
  async function hasCapacity() {
    const refusal = admission.refusal()
    if (refusal) throw new Failure(refusal)
  }

  async function within(ms: number, work: Promise<void>) {
    const { promise: isTooLate, resolve } = Promise.withResolvers<void>()
    const cancel = clock.after(ms, resolve)
    await Promise.race([work, isTooLate])
    cancel()
  }

  async function end(): Promise<number> {
    logger.info({ calls: sessions.size }, 'relay drains')
    await sessions.drain(relayBounds.drainMs)
    await server.close()
    admission.close()
    await within(relayBounds.lastWritesMs, sessions.settled())
    const linesLeft = await journal.drain(relayBounds.lastWritesMs)
    await Promise.all([database.close(), wrapUps.close(), model.close()])
    return linesLeft
  }

  return {
    listen: async (...where: Parameters<typeof server.listen>) => {
      await model.rehearse()
      return server.listen(...where)
    },
    /** New calls are refused, live ones go on to their end, all is written. Resolves to the lines that could not be. */
    drain: () => (draining ??= end()),
    /** An error that nothing was prepared for. Those of a call end in that call; what comes here is of none. */
    onFault(error: unknown) {
      logger.error(describeError(error), 'something broke')
      metrics.faults.inc({ where: 'process' })
    },
  }
}
