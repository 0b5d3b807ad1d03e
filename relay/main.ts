import { randomUUID } from 'node:crypto'
import { createDatabase } from '../db/database.ts'
import { createLogger } from '../providers/logger.ts'
import { systemClock as clock } from './clock.ts'
import { composeRelay } from './compose.ts'
import { readConfig } from './config.ts'

const config = readConfig(process.env)
const logger = createLogger({ process: 'relay', level: config.LOG_LEVEL })
const database = await createDatabase({ url: config.DATABASE_URL, applicationName: 'ironvoice-relay' })
const relay = composeRelay(config, { database, logger, clock, newId: randomUUID })
let hasBeenAsked = false

async function stop() {
  if (hasBeenAsked) process.exit(1)
  hasBeenAsked = true
  const linesLeft = await relay.drain()
  logger.info({ linesLeft }, 'relay has ended')
  process.exit(linesLeft > 0 ? 1 : 0)
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop())

const port = await relay.listen(config.RELAY_PORT)
logger.info({ port }, 'relay listens')
