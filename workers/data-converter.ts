import { fileURLToPath } from 'node:url'
import type { DataConverter } from '@temporalio/common'
import type { NamedKey } from '../domain/environment.ts'
import { createPayloadCipher } from '../providers/payload-cipher.ts'

export const failureConverterPath = fileURLToPath(new URL('./failure-converter.ts', import.meta.url))

/** Everything that Temporal stores for us is enciphered, failures included. */
export function createDataConverter(dataKeys: NamedKey[]): DataConverter {
  return { payloadCodecs: [createPayloadCipher(dataKeys)], failureConverterPath }
}
