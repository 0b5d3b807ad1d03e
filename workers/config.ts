import { readEnvironment } from '../domain/environment.ts'

export type WorkerConfig = ReturnType<typeof readConfig>

/** What a worker reads of its environment, checked once. @throws Failure `config-invalid` */
export const readConfig = (variables: Record<string, string | undefined>) =>
  readEnvironment(variables, [
    'WORKER_PORT',
    'PUBLIC_URL',
    'DATABASE_URL',
    'DATABASE_POOL_SIZE',
    'TEMPORAL_ADDRESS',
    'TEMPORAL_NAMESPACE',
    'TEMPORAL_API_KEY',
    'DATA_KEYS',
    'TWILIO_ACCOUNT_SID',
    'TWILIO_AUTH_TOKEN',
    'TWILIO_BASE_URL',
    'OPENAI_API_KEY',
    'OPENAI_BASE_URL',
    'OPENAI_MODEL',
    'RESEND_API_KEY',
    'RESEND_BASE_URL',
    'SUPPORT_EMAIL',
    'LOG_LEVEL',
  ])
