import { existsSync, readFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { replaceFile } from './replace-file.ts'

const secretsSchema = z.object({
  /** As the variables SESSION_KEYS and DATA_KEYS have them. */
  sessionKeys: z.string().min(1),
  dataKeys: z.string().min(1),
  databaseOwnerPassword: z.string().min(1),
  databaseAppPassword: z.string().min(1),
  twilioAccountSid: z.string().min(1),
  twilioAuthToken: z.string().min(1),
  demoPassword: z.string().min(1),
})
export type Secrets = z.infer<typeof secretsSchema>

/**
 * The secrets of this sandbox: made once, the same ever after, since what is stored is enciphered with them.
 * @throws Error when they were kept but can't be read any more: new ones would make the data unreadable for good.
 */
export function keepSecrets(home: string, random: (bytes: number) => Buffer = randomBytes): Secrets {
  const path = join(home, 'secrets.json')
  const kept = existsSync(path) ? readSecrets(path) : {}
  const secrets = { ...makeSecrets(random), ...kept }
  const text = `${JSON.stringify(secrets, null, 2)}\n`
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) replaceFile(path, text)
  return secrets
}

function readSecrets(path: string): Partial<Secrets> {
  try {
    return secretsSchema.partial().parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    throw new Error(`${path} can't be read any more, and what is stored can't be deciphered without it. Put it back, or remove the whole folder to begin anew.`)
  }
}

function makeSecrets(random: (bytes: number) => Buffer): Secrets {
  const key = () => `k1:${random(32).toString('base64')}`
  const hex = () => random(16).toString('hex')
  return {
    sessionKeys: key(),
    dataKeys: key(),
    databaseOwnerPassword: hex(),
    databaseAppPassword: hex(),
    twilioAccountSid: `AC${hex()}`,
    twilioAuthToken: hex(),
    demoPassword: random(12).toString('base64url'),
  }
}
