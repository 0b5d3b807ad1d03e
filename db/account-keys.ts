import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { NamedKey } from '../domain/environment.ts'
import { Failure } from '../domain/failure.ts'

/** An account's key as it is kept: `keyId` names the key of `DATA_KEYS` that wraps it. */
export interface WrappedKey {
  keyId: string
  wrappedKey: Uint8Array
}

export interface AccountKeys {
  /** A new 256-bit key for an account, wrapped by the newest key of the keyring. */
  create(accountId: string): WrappedKey
  /** @throws Failure `config-invalid` when the keyring lacks the key, `internal` when the wrapped key doesn't open */
  unwrap(accountId: string, wrapped: WrappedKey): Uint8Array
}

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/** What {@link seal} adds to the length of what it enciphers. */
export const sealOverheadBytes = nonceBytes + tagBytes

export function createAccountKeys(keyring: readonly NamedKey[]): AccountKeys {
  const purpose = (accountId: string) => `account-key:${accountId}`
  return {
    create: (accountId) => {
      const [newest] = keyring
      if (!newest) throw new Failure('config-invalid', 'DATA_KEYS: must hold a key')
      return { keyId: newest.id, wrappedKey: seal(newest.key, purpose(accountId), randomBytes(32)) }
    },
    unwrap: (accountId, { keyId, wrappedKey }) => {
      const wrapping = keyring.find(({ id }) => id === keyId)
      if (!wrapping) throw new Failure('config-invalid', `DATA_KEYS: the key ${keyId} is still in use`)
      const key = open(wrapping.key, purpose(accountId), wrappedKey)
      if (!key) throw new Failure('internal', 'An account key does not open')
      return key
    },
  }
}

/** AES-256-GCM with a random nonce: nonce, tag, ciphertext. `context` must be the same at {@link open}. */
export function seal(key: Uint8Array, context: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(context))
  const body = [cipher.update(plain), cipher.final()]
  return Buffer.concat([nonce, cipher.getAuthTag(), ...body])
}

/** Null when the key is another, the context is another, or a bit of `sealed` was changed. */
export function open(key: Uint8Array, context: string, sealed: Uint8Array): Buffer | null {
  if (sealed.length < sealOverheadBytes) return null
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(nonceBytes, sealOverheadBytes))
  const plain = decipher.update(sealed.subarray(sealOverheadBytes))
  try {
    return Buffer.concat([plain, decipher.final()])
  } catch {
    return null
  }
}
