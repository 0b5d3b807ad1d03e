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
const maxUnwrittenBytes = 1024 * 1024
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
    options.destination ?? standardOutput(),
  )
}

/**
 * Written behind. What can't be written – a full disk, above all – is kept, up to a bound, until it can; by default it
 * would end the process, or rather keep it for ever at its end, trying to write what it had to say.
 */
function standardOutput(): DestinationStream {
  const destination = pino.destination({ dest: 1, sync: false, maxLength: maxUnwrittenBytes })
  const flushSync = destination.flushSync.bind(destination)
  let isFailing = false
  destination.on('error', () => (isFailing = true)).on('write', () => (isFailing = false))
  destination.flushSync = () => void (isFailing || flushSync())
  return destination
}
