import { readEnvironment } from '../domain/environment.ts'

/** What a relay reads of its environment, checked once. @throws Failure `config-invalid` */
export const readConfig = (variables: Record<string, string | undefined>) =>
  readEnvironment(variables, [
    'RELAY_PORT',
    'PUBLIC_URL',
    'RELAY_PUBLIC_URL',
    'DATABASE_URL',
    'DATABASE_POOL_SIZE',
    'TEMPORAL_ADDRESS',
    'TEMPORAL_NAMESPACE',
    'TEMPORAL_API_KEY',
    'SESSION_KEYS',
    'DATA_KEYS',
    'TWILIO_ACCOUNT_SID',
    'TWILIO_AUTH_TOKEN',
    'TWILIO_BASE_URL',
    'OPENAI_API_KEY',
    'OPENAI_BASE_URL',
    'OPENAI_MODEL',
    'LOG_LEVEL',
  ])
