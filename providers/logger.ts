import { pino, type DestinationStream, type Logger } from 'pino'

export type { Logger } from 'pino'

/** Fields that may hold personal data or secrets; whatever they hold is never written. */
const privateFields = [
  'from',
  'to',
  'caller',
  'callee',
  'phone',
  'email',
  'name',
  'text',
  'words',
  'address',
  'ip',
  'token',
  'authorization',
  'cookie',
]
const depths = ['', '*.', '*.*.']

/** A structured logger (JSON lines on stdout unless told otherwise) that redacts the fields in which people appear. */
export function createLogger(options: { process: string; level: string; destination?: DestinationStream }): Logger {
  return pino(
    {
      level: options.level,
      base: { process: options.process },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: depths.flatMap((depth) => privateFields.map((field) => depth + field)), censor: '[redacted]' },
    },
    options.destination ?? pino.destination({ dest: 1, sync: false }),
  )
}
