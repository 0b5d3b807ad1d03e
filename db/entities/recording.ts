import { defineEntity, p } from '@mikro-orm/core'
import { ofConversation } from './conversation.ts'
import { EpochMs } from './epoch-ms.ts'
import { isolatedBy } from './isolation.ts'

/** `byteLength` and `sha256` (lower-case hex) are of the deciphered recording. */
export const Recording = defineEntity({
  name: 'Recording',
  tableName: 'recording',
  ...isolatedBy('account_id'),
  properties: {
    accountId: p.uuid().primary(),
    conversationId: p.uuid().primary(),
    conversation: ofConversation,
    contentType: p.text(),
    byteLength: p.bigint('number'),
    sha256: p.text(),
    chunkBytes: p.integer(),
    storedAtMs: p.type(EpochMs).fieldName('stored_at'),
  },
})

/** The reference is checked at commit: chunks are written as they stream in, the recording once its length is known. */
export const RecordingChunk = defineEntity({
  name: 'RecordingChunk',
  tableName: 'recording_chunk',
  ...isolatedBy('account_id'),
  properties: {
    accountId: p.uuid().primary(),
    conversationId: p.uuid().primary(),
    recording: () =>
      p
        .manyToOne(Recording)
        .joinColumns('account_id', 'conversation_id')
        .deferMode('deferred')
        .deleteRule('no action')
        .updateRule('no action'),
    seq: p.integer().primary(),
    data: p.blob(),
  },
})
