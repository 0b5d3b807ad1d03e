import { createHash } from 'node:crypto'
import type { EntityManager } from '@mikro-orm/postgresql'
import { callBounds } from '../domain/call-bounds.ts'
import type { ConversationRef } from '../domain/conversation.ts'
import type { NamedKey } from '../domain/environment.ts'
import { Failure } from '../domain/failure.ts'
import type { AccountKeys } from './account-keys.ts'
import { createAccountKeys, open, seal } from './account-keys.ts'
import type { Database } from './database.ts'
import { inChunks } from './in-chunks.ts'
import { updateConversation } from './one-conversation.ts'
import { tables } from './tables.ts'

export interface NewRecording {
  contentType: string
  body: AsyncIterable<Uint8Array>
  /** Lower-case hex, where the source knows it. */
  expectedSha256?: string
  atMs: number
}

export interface Recordings {
  /**
   * Streams a recording in, enciphered under the account's own key, and moves the conversation to `stored`: all of it or
   * nothing. Done already: `body` isn't touched.
   * @throws Failure `recording-corrupt` (empty, or another checksum), `request-too-large`, `recording-not-ready`
   * (another attempt is at it), `not-found` (none is awaited: switched off, or objected to); whatever `body` throws
   */
  store(ref: ConversationRef, recording: NewRecording): Promise<void>
  /** `byteLength` and `sha256` (lower-case hex) are of the recording as it was before it was enciphered. */
  find(ref: ConversationRef): Promise<{ contentType: string; byteLength: number; sha256: string } | null>
  /**
   * The recording, or bytes `start` to `end` of it, both included. Deciphers what was asked for only, and holds no
   * connection while the reader is slow.
   * @throws Failure `not-found`, `request-malformed` (no such bytes), `recording-corrupt`
   */
  read(ref: ConversationRef, range?: { start: number; end: number }): AsyncIterable<Uint8Array>
}

const chunkBytes = 256 * 1024

export function createRecordings(
  database: Database,
  keyring: readonly NamedKey[],
  { maxBytes = callBounds.maxRecordingBytes }: { maxBytes?: number } = {},
): Recordings {
  const keys = createAccountKeys(keyring)

  return {
    store: (ref, { contentType, body, expectedSha256, atMs }) =>
      database.forAccount(ref.accountId, async (em) => {
        await takeTurn(em, ref)
        if (await isStored(em, ref)) return
        const key = await keyOf(em, keys, ref.accountId)
        const { accountId, conversationId } = ref
        const hash = createHash('sha256')
        let byteLength = 0
        let seq = 0
        for await (const { data, isLast } of inChunks(body, chunkBytes)) {
          byteLength += data.length
          if (byteLength > maxBytes) throw new Failure('request-too-large', `A recording over ${maxBytes} bytes`)
          hash.update(data)
          await tables(em)
            .insertInto('recording_chunk')
            .values({ accountId, conversationId, seq, data: seal(key, placeOf(ref, seq, isLast), data) })
            .execute()
          seq += 1
        }
        const sha256 = hash.digest('hex')
        if (byteLength === 0) throw new Failure('recording-corrupt', 'An empty recording')
        if (expectedSha256 && expectedSha256 !== sha256) throw new Failure('recording-corrupt', 'Another checksum')
        await markStored(em, ref)
        await tables(em)
          .insertInto('recording')
          .values({ accountId, conversationId, contentType, byteLength, sha256, chunkBytes, storedAtMs: atMs })
          .execute()
      }),

    find: async (ref) => {
      const found = await database.forAccount(ref.accountId, (em) => selectRecording(em, ref).executeTakeFirst())
      return found ? { contentType: found.contentType, byteLength: found.byteLength, sha256: found.sha256 } : null
    },

    read: async function* (ref, range) {
      const { facts, key } = await database.forAccount(ref.accountId, async (em) => {
        const facts = await selectRecording(em, ref).executeTakeFirst()
        if (!facts) throw new Failure('not-found', 'No recording')
        return { facts, key: await keyOf(em, keys, ref.accountId) }
      })
      const { start, end } = range ?? { start: 0, end: facts.byteLength - 1 }
      const isInside = start >= 0 && start <= end && end < facts.byteLength
      if (!isInside) throw new Failure('request-malformed', 'No such bytes')
      const lastSeq = Math.ceil(facts.byteLength / facts.chunkBytes) - 1
      for (let seq = Math.floor(start / facts.chunkBytes); seq * facts.chunkBytes <= end; seq += 1) {
        const sealed = await database.forAccount(ref.accountId, (em) => selectChunk(em, ref, seq))
        const plain = sealed && open(key, placeOf(ref, seq, seq === lastSeq), sealed)
        const offset = seq * facts.chunkBytes
        const isWhole = plain?.length === Math.min(facts.chunkBytes, facts.byteLength - offset)
        if (!plain || !isWhole) throw new Failure('recording-corrupt', `Chunk ${seq} does not open`)
        yield plain.subarray(Math.max(start - offset, 0), end + 1 - offset)
      }
    },
  }
}

/** Binds a chunk to its place, so that none can be swapped, moved to another call, or dropped from the end unnoticed. */
const placeOf = ({ accountId, conversationId }: ConversationRef, seq: number, isLast: boolean) =>
  `recording:${accountId}:${conversationId}:${seq}:${isLast ? 'last' : 'more'}`

/** Storing takes as long as the vendor sends: a second attempt comes back later instead of waiting on a lock. */
async function takeTurn(em: EntityManager, { conversationId }: ConversationRef): Promise<void> {
  const [row] = await em.execute<{ is_mine: boolean }[]>(
    'select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as is_mine',
    [`recording:${conversationId}`],
  )
  if (!row?.is_mine) throw new Failure('recording-not-ready', 'The recording is being stored')
}

async function isStored(em: EntityManager, ref: ConversationRef): Promise<boolean> {
  return (await selectRecording(em, ref).executeTakeFirst()) !== undefined
}

async function keyOf(em: EntityManager, keys: AccountKeys, accountId: string): Promise<Uint8Array> {
  const wrapped = await tables(em)
    .selectFrom('account_key')
    .select(['keyId', 'wrappedKey'])
    .where('accountId', '=', accountId)
    .executeTakeFirst()
  if (!wrapped) throw new Failure('not-found', 'The account has no key')
  return keys.unwrap(accountId, wrapped)
}

async function markStored(em: EntityManager, ref: ConversationRef): Promise<void> {
  const marked = await updateConversation(em, ref)
    .set({ recordingState: 'stored' })
    .where('recordingState', 'in', ['due', 'starting', 'started', 'missing'])
    .returning('id')
    .executeTakeFirst()
  if (!marked) throw new Failure('not-found', 'No recording is awaited of this conversation')
}

const selectRecording = (em: EntityManager, { accountId, conversationId }: ConversationRef) =>
  tables(em)
    .selectFrom('recording')
    .select(['contentType', 'byteLength', 'sha256', 'chunkBytes'])
    .where('accountId', '=', accountId)
    .where('conversationId', '=', conversationId)

async function selectChunk(em: EntityManager, ref: ConversationRef, seq: number): Promise<Uint8Array | undefined> {
  const chunk = await tables(em)
    .selectFrom('recording_chunk')
    .select('data')
    .where('accountId', '=', ref.accountId)
    .where('conversationId', '=', ref.conversationId)
    .where('seq', '=', seq)
    .executeTakeFirst()
  return chunk?.data
}
