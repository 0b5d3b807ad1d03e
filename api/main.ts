import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Failure } from '../domain/failure.ts'
import { requireNodeVersion } from '../domain/node-version.ts'
import { createLogger } from '../providers/logger.ts'
import { composeApi } from './compose.ts'
import { readConfig } from './config.ts'

try {
  requireNodeVersion(process.versions.node)
  const config = readConfig(process.env)
  const logger = createLogger({ process: 'api', level: config.LOG_LEVEL })
  const api = await composeApi(config, { logger, nowMs: () => Date.now(), newId: () => randomUUID() })

  // Clear http is for loopback only; https comes from a proxy, which may be elsewhere.
  api.server.listen(config.PORT, config.PUBLIC_URL.startsWith('http:') ? '127.0.0.1' : undefined)
  await once(api.server, 'listening')
  logger.info({ port: config.PORT }, 'listening')

  const signal = await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  logger.info({ signal: signal[0] }, 'draining')
  await api.stop()
  process.exit(0)
} catch (error) {
  console.error(error instanceof Failure ? error.message : error)
  process.exit(1)
}
