import { z } from 'zod'
import { Failure } from './failure.ts'

/** A named 256-bit key; the first of a list enciphers, all decipher. */
export interface NamedKey {
  id: string
  key: Uint8Array
}

/** `id:base64,id:base64`, newest first, each 32 bytes. */
const keyring = z.string().transform((text, context): NamedKey[] => {
  const keys = text.split(',').map((entry) => {
    const [id = '', encoded = ''] = entry.trim().split(':')
    return { id, key: Uint8Array.from(Buffer.from(encoded, 'base64')) }
  })
  if (keys.some(({ id, key }) => !/^[A-Za-z0-9_-]{1,16}$/.test(id) || key.length !== 32)) {
    context.addIssue({ code: 'custom', message: 'must be `id:base64` of 32 bytes each, comma-separated, newest first' })
    return z.NEVER
  }
  return keys
})

const loopbackHosts = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Where a process listens that is reached at `publicUrl`: on loopback where that is all, else on every address, since
 * the proxy that ends TLS may be on another machine (undefined: Node's default).
 */
export const listenHost = (publicUrl: string): string | undefined =>
  loopbackHosts.has(new URL(publicUrl).hostname) ? '127.0.0.1' : undefined

/** Clear text is for loopback only: anything else must be https or wss. */
export const secureUrl = z.url().max(500).refine((text) => {
  const { protocol, hostname } = URL.parse(text) ?? {}
  return protocol === 'https:' || protocol === 'wss:' || loopbackHosts.has(hostname ?? '')
}, 'must be https or wss unless it is on loopback')

/** Where one of our processes is reached: paths are put behind it as it is. */
const publicUrl = (protocol: RegExp, words: string) =>
  secureUrl
    .refine((text) => protocol.test(text) && !/[?#@\s\\]/.test(text), `must be ${words}, without query, fragment or credentials`)
    .transform((url) => url.replace(/\/+$/, ''))

const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback)
const optionalUrl = secureUrl.optional()

/** Every variable that a process may read; each process picks its own. */
export const environment = {
  PORT: port(3000),
  RELAY_PORT: port(3001),
  WORKER_PORT: port(3002),
  PUBLIC_URL: publicUrl(/^https?:/, 'https'),
  RELAY_PUBLIC_URL: publicUrl(/^wss?:/, 'wss'),
  DATABASE_URL: z.string().startsWith('postgres'),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(500).optional(),
  DATABASE_ADMIN_URL: z.string().startsWith('postgres'),
  TEMPORAL_ADDRESS: z.string().min(1).default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  TEMPORAL_API_KEY: z.string().min(1).optional(),
  SESSION_KEYS: keyring,
  DATA_KEYS: keyring,
  TWILIO_ACCOUNT_SID: z.string().regex(/^AC[0-9a-f]{32}$/),
  TWILIO_AUTH_TOKEN: z.string().min(16),
  TWILIO_BASE_URL: optionalUrl,
  OPENAI_API_KEY: z.string().min(1),
  OPENAI_BASE_URL: optionalUrl,
  OPENAI_MODEL: z.string().min(1).default('gpt-4o-mini'),
  RESEND_API_KEY: z.string().min(1),
  RESEND_BASE_URL: optionalUrl,
  SUPPORT_EMAIL: z.email(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
} as const

type Environment = typeof environment
type Picked<Name extends keyof Environment> = { [Key in Name]: z.output<Environment[Key]> }

/**
 * Reads the named variables. An empty variable counts as unset.
 * @throws Failure `config-invalid`, naming every variable that is wrong and why, without its value.
 */
export function readEnvironment<Name extends keyof Environment>(
  variables: Record<string, string | undefined>,
  names: readonly Name[],
): Picked<Name> {
  const shape = Object.fromEntries(names.map((name) => [name, environment[name]]))
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
  const result = z.object(shape).safeParse(set)
  if (result.success) return result.data as Picked<Name>
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new Failure('config-invalid', `The environment is not complete (.env.example explains each):\n  ${problems.join('\n  ')}`)
}
