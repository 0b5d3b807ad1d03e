import '../providers/require-node.mjs'
import { randomUUID } from 'node:crypto'
import { createDatabase } from '../db/database.ts'
import { listenHost } from '../domain/environment.ts'
import { Failure } from '../domain/failure.ts'
import { createLogger } from '../providers/logger.ts'
import { systemClock as clock } from './clock.ts'
import { composeRelay } from './compose.ts'
import { readConfig } from './config.ts'
import { watchEventLoop } from './event-loop.ts'

try {
  const config = readConfig(process.env)
  const logger = createLogger({ process: 'relay', level: config.LOG_LEVEL })
  const database = await createDatabase({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL_SIZE,
    applicationName: 'ironvoice-relay',
  })
  const relay = composeRelay(config, { database, logger, clock, eventLoop: watchEventLoop(), newId: randomUUID })
  let isAskedToStop = false

  const stop = async () => {
    if (isAskedToStop) process.exit(1)
    isAskedToStop = true
    const linesLeft = await relay.drain()
    logger.info({ linesLeft }, 'relay has ended')
    process.exit(linesLeft > 0 ? 1 : 0)
  }
  const giveUp = (error: unknown) => {
    relay.onFault(error)
    process.exit(1)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop().catch(giveUp))
  // No single error is worth all the calls that are held here; what it was is logged and counted.
  process.on('uncaughtException', relay.onFault)

  const port = await relay.listen(config.RELAY_PORT, listenHost(config.RELAY_PUBLIC_URL))
  logger.info({ port }, 'relay listens')
} catch (error) {
  console.error(error instanceof Failure ? error.message : error)
  process.exit(1)
}
