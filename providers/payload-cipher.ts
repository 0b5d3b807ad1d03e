import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { NamedKey } from '../domain/environment.ts'
import { Failure } from '../domain/failure.ts'

/** The part of Temporal's `Payload` that a codec sees. */
export interface ClearPayload {
  metadata?: Record<string, Uint8Array> | null
  data?: Uint8Array | null
}

/** Temporal's `PayloadCodec`, by shape. */
export interface PayloadCipher {
  encode(payloads: ClearPayload[]): Promise<ClearPayload[]>
  decode(payloads: ClearPayload[]): Promise<ClearPayload[]>
}

const algorithm = 'aes-256-gcm'
const purpose = 'ironvoice temporal payload'
const encoding = Buffer.from('binary/encrypted')
const nonceBytes = 12
const tagBytes = 16

/**
 * Enciphers what Temporal stores: arguments, results, signals, and failures where the failure converter encodes them.
 * AES-256-GCM under a key derived from the first of `keys` for this purpose only; the key's id is authenticated with it.
 * Payloads that were never enciphered (the server's own) pass through `decode` as they are.
 * `decode` throws Failure `config-invalid` when the key is not in the ring, `internal` when the payload was tampered with;
 * Temporal then tries the task again, so that a missing key delays a workflow instead of failing it.
 */
export function createPayloadCipher(keys: NamedKey[]): PayloadCipher {
  const ring = new Map(keys.map(({ id, key }) => [id, Buffer.from(hkdfSync('sha256', key, '', purpose, 32))]))
  const newest = keys[0]?.id
  if (newest === undefined) throw new Failure('config-invalid', 'There is no key to encipher payloads with')

  function encipher(payload: ClearPayload): ClearPayload {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv(algorithm, ring.get(newest!)!, nonce).setAAD(Buffer.from(newest!))
    const sealed = Buffer.concat([nonce, cipher.update(toBytes(payload)), cipher.final(), cipher.getAuthTag()])
    return { metadata: { encoding, 'encryption-key-id': Buffer.from(newest!) }, data: sealed }
  }

  function decipher(payload: ClearPayload): ClearPayload {
    if (!payload.metadata?.encoding || !encoding.equals(payload.metadata.encoding)) return payload
    const id = Buffer.from(payload.metadata['encryption-key-id'] ?? []).toString()
    const key = ring.get(id)
    if (!key) throw new Failure('config-invalid', `DATA_KEYS has no key ${JSON.stringify(id)} that a payload needs`)
    const sealed = Buffer.from(payload.data ?? [])
    try {
      const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
        .setAAD(Buffer.from(id))
        .setAuthTag(sealed.subarray(-tagBytes))
      return fromBytes(Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]))
    } catch (cause) {
      throw new Failure('internal', 'A payload is not what was enciphered', { cause })
    }
  }

  return {
    encode: async (payloads) => payloads.map(encipher),
    decode: async (payloads) => payloads.map(decipher),
  }
}

function toBytes({ metadata, data }: ClearPayload): Buffer {
  const encoded = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')])
  return Buffer.from(
    JSON.stringify({ metadata: Object.fromEntries(encoded), data: Buffer.from(data ?? []).toString('base64') }),
  )
}

function fromBytes(bytes: Buffer): ClearPayload {
  const { metadata, data } = JSON.parse(bytes.toString()) as { metadata: Record<string, string>; data: string }
  const decoded = Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')])
  return { metadata: Object.fromEntries(decoded) as Record<string, Uint8Array>, data: Buffer.from(data, 'base64') }
}
