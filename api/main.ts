import '../providers/require-node.mjs'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { listenHost } from '../domain/environment.ts'
import { Failure } from '../domain/failure.ts'
import { createLogger } from '../providers/logger.ts'
import { composeApi } from './compose.ts'
import { readConfig } from './config.ts'

try {
  const config = readConfig(process.env)
  const logger = createLogger({ process: 'api', level: config.LOG_LEVEL })
  const asked = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  const api = await composeApi(config, { logger, nowMs: () => Date.now(), newId: () => randomUUID() })

  api.server.listen(config.PORT, listenHost(config.PUBLIC_URL))
  await once(api.server, 'listening')
  logger.info({ port: config.PORT }, 'listening')

  await asked
  logger.info('draining')
  await api.stop()
  process.exit(0)
} catch (error) {
  console.error(error instanceof Failure ? error.message : error)
  process.exit(1)
}
