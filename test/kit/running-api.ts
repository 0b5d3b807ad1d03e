import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { composeApi } from '../../api/compose.ts'
import { readConfig } from '../../api/config.ts'
import { createLogger } from '../../providers/logger.ts'
import { createRelayTokens } from '../../providers/relay-token.ts'
import { testKeyring } from './account.ts'

const authToken = 'test-twilio-auth-token'
const keys = testKeyring.map(({ id, key }) => `${id}:${Buffer.from(key).toString('base64')}`).join(',')

export const publicUrl = 'https://voice.ironvoice.test'
export const relayPublicUrl = 'wss://relay.ironvoice.test'
/** Nobody listens there. */
export const nowhere = '127.0.0.1:1'
export const newCallSid = (): string => `CA${randomBytes(16).toString('hex')}`

export type Fields = Record<string, string> | [string, string][]

/** Base64 of HMAC-SHA1, keyed by the auth token, over the URL and each field's name and value, sorted. */
export function signatureFor(url: string, fields: Fields = {}, token = authToken): string {
  const signed = [...new URLSearchParams(fields)].map((field) => field.join('')).toSorted()
  return createHmac('sha1', token).update(url + signed.join('')).digest('base64')
}

/** The api process's own composition, on a port of its own, at a time that stands still. */
export async function startApi(options: { databaseUrl: string; poolSize?: number; temporalAddress: string; nowMs: number }) {
  const logs: string[] = []
  const config = readConfig({
    PUBLIC_URL: publicUrl,
    RELAY_PUBLIC_URL: relayPublicUrl,
    DATABASE_URL: options.databaseUrl,
    DATABASE_POOL_SIZE: options.poolSize?.toString(),
    TEMPORAL_ADDRESS: options.temporalAddress,
    SESSION_KEYS: keys,
    DATA_KEYS: keys,
    TWILIO_AUTH_TOKEN: authToken,
  })
  const logger = createLogger({ process: 'api', level: 'trace', destination: { write: (line: string) => void logs.push(line) } })
  const api = await composeApi(config, { logger, nowMs: () => options.nowMs, newId: () => randomUUID() })
  api.server.listen(0, '127.0.0.1')
  await once(api.server, 'listening')
  const origin = `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`

  return {
    origin,
    logs,
    relayTokens: createRelayTokens(testKeyring),
    /** As Twilio does: a signed form. `headers` replace or add. */
    post: (path: string, fields: Fields, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(origin + path, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/x-www-form-urlencoded',
          'X-Twilio-Signature': signatureFor(publicUrl + path, fields),
          ...headers,
        },
        body: new URLSearchParams(fields).toString(),
      }),
    stop: api.stop,
  }
}
export type RunningApi = Awaited<ReturnType<typeof startApi>>
