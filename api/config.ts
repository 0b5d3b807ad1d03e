import { readEnvironment } from '../domain/environment.ts'

export type ApiConfig = ReturnType<typeof readConfig>

/**
 * What the api process is told by its environment.
 * @throws Failure `config-invalid`
 */
export function readConfig(variables: Record<string, string | undefined>) {
  return readEnvironment(variables, [
    'PORT',
    'PUBLIC_URL',
    'RELAY_PUBLIC_URL',
    'DATABASE_URL',
    'DATABASE_POOL_SIZE',
    'TEMPORAL_ADDRESS',
    'TEMPORAL_NAMESPACE',
    'TEMPORAL_API_KEY',
    'SESSION_KEYS',
    'DATA_KEYS',
    'TWILIO_AUTH_TOKEN',
    'LOG_LEVEL',
  ])
}
