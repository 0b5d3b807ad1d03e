import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { createTestAccount, openTestCall, testKeyring } from '../test/kit/account.ts'
import type { TestDatabase } from '../test/kit/database.ts'
import { createTestDatabase } from '../test/kit/database.ts'
import { execute } from '../test/kit/sql.ts'
import type { ConversationRef } from '../domain/conversation.ts'
import { createCalls } from './calls.ts'
import type { Database } from './database.ts'
import { createDatabase } from './database.ts'
import type { Recordings } from './recordings.ts'
import { createRecordings } from './recordings.ts'

const chunkBytes = 256 * 1024

let server: TestDatabase
let database: Database
let recordings: Recordings
let account: { accountId: string; number: string }

beforeAll(async () => {
  server = await createTestDatabase()
  // So that one statement may swap two chunks, below.
  await execute(
    server.adminUrl,
    `alter table recording_chunk drop constraint recording_chunk_pkey,
       add primary key (account_id, conversation_id, seq) deferrable`,
  )
  database = await createDatabase({ url: server.appUrl, poolSize: 5 })
  recordings = createRecordings(database, testKeyring)
  account = await createTestAccount(database)
})

afterAll(async () => {
  await database.close()
  await server.drop()
})

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function* inPieces(bytes: Uint8Array, pieceBytes = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
}

const wav = (body: AsyncIterable<Uint8Array>) => ({ contentType: 'audio/wav', body, atMs: 1_800_000_000_000 })
const stateOf = async (ref: ConversationRef) => (await createCalls(database).recording(ref))?.state
const chunksOf = ({ conversationId }: ConversationRef) =>
  execute<{ seq: number; data: Buffer }>(
    server.adminUrl,
    'select seq, data from recording_chunk where conversation_id = $1 order by seq',
    [conversationId],
  )

async function storeBytes(bytes: Uint8Array) {
  const ref = await openTestCall(database, account)
  await recordings.store(ref, wav(inPieces(bytes)))
  return ref
}

describe('P-calls: a recording', () => {
  it.each([1, 4_095, chunkBytes - 1, chunkBytes, chunkBytes + 1, 3 * chunkBytes])(
    'of %i bytes comes back as it was',
    async (length) => {
      const bytes = randomBytes(length)
      const ref = await storeBytes(bytes)
      expect(await recordings.find(ref)).toEqual({ contentType: 'audio/wav', byteLength: length, sha256: sha256(bytes) })
      expect((await buffer(recordings.read(ref))).equals(bytes)).toBe(true)
      expect(await stateOf(ref)).toBe('stored')
    },
  )

  it('comes back whatever the pieces in which it came', async () => {
    const bytes = randomBytes(2 * chunkBytes + 77)
    for (const pieceBytes of [997, chunkBytes, chunkBytes + 1, bytes.length]) {
      const ref = await openTestCall(database, account)
      await recordings.store(ref, { ...wav(inPieces(bytes, pieceBytes)), expectedSha256: sha256(bytes) })
      expect(sha256(await buffer(recordings.read(ref)))).toBe(sha256(bytes))
    }
  })

  it.each([
    [0, 0],
    [0, chunkBytes - 1],
    [chunkBytes - 1, chunkBytes],
    [chunkBytes, 2 * chunkBytes - 1],
    [5, 2 * chunkBytes + 5],
    [2 * chunkBytes + 99, 2 * chunkBytes + 99],
  ])('gives out bytes %i to %i of it', async (start, end) => {
    const bytes = randomBytes(2 * chunkBytes + 100)
    const ref = await storeBytes(bytes)
    const part = await buffer(recordings.read(ref, { start, end }))
    expect(part.equals(bytes.subarray(start, end + 1))).toBe(true)
  })

  it('has no bytes beyond its end', async () => {
    const ref = await storeBytes(randomBytes(100))
    for (const [start, end] of [[100, 100], [0, 100], [5, 4], [-1, 4], [Number.NaN, 4]] as const) {
      await expect(buffer(recordings.read(ref, { start, end }))).rejects.toMatchObject({ code: 'request-malformed' })
    }
  })

  it('is kept enciphered', async () => {
    const ref = await storeBytes(Buffer.alloc(300_000, 'The caller said her name is Ada. '))
    const kept = await chunksOf(ref)
    expect(kept).toHaveLength(2)
    expect(kept.some(({ data }) => data.includes('Ada'))).toBe(false)
  })

  it('is read chunk by chunk: a range touches no other', async () => {
    const bytes = randomBytes(3 * chunkBytes)
    const ref = await storeBytes(bytes)
    const sql = "update recording_chunk set data = 'gone' where conversation_id = $1 and seq <> 1"
    await execute(server.adminUrl, sql, [ref.conversationId])
    const part = await buffer(recordings.read(ref, { start: chunkBytes, end: 2 * chunkBytes - 1 }))
    expect(part.equals(bytes.subarray(chunkBytes, 2 * chunkBytes))).toBe(true)
  })
})

describe('a recording that was tampered with is noticed', () => {
  const ofTheCall = 'where conversation_id = $1'
  const swap = `update recording_chunk set seq = 1 - seq ${ofTheCall}`
  it.each([
    ['a bit was changed', `update recording_chunk set data = set_bit(data, 1000, 1 - get_bit(data, 1000)) ${ofTheCall}`],
    ['a chunk is missing', `delete from recording_chunk ${ofTheCall} and seq = 1`],
    ['its end was cut off', `update recording set byte_length = ${chunkBytes} ${ofTheCall}`],
    ['its length was changed', `update recording set byte_length = byte_length - 1 ${ofTheCall}`],
    ['two chunks were swapped', swap],
  ])('%s', async (_, sql) => {
    const ref = await storeBytes(randomBytes(2 * chunkBytes))
    await execute(server.adminUrl, sql, [ref.conversationId])
    await expect(buffer(recordings.read(ref))).rejects.toMatchObject({ code: 'recording-corrupt' })
  })

  it('a chunk of another call was put in its place', async () => {
    const ref = await storeBytes(randomBytes(100))
    const other = await storeBytes(randomBytes(100))
    const sql = `update recording_chunk set data = (select data from recording_chunk where conversation_id = $2)
      where conversation_id = $1`
    await execute(server.adminUrl, sql, [ref.conversationId, other.conversationId])
    await expect(buffer(recordings.read(ref))).rejects.toMatchObject({ code: 'recording-corrupt' })
  })

  it('the account’s key is another’s', async () => {
    const ref = await storeBytes(randomBytes(100))
    const stranger = await createTestAccount(database)
    const sql = `update account_key set wrapped_key = (select wrapped_key from account_key where account_id = $2)
      where account_id = $1 returning wrapped_key`
    await execute(server.adminUrl, sql, [ref.accountId, stranger.accountId])
    await expect(buffer(recordings.read(ref))).rejects.toMatchObject({ code: 'internal' })
    account = await createTestAccount(database)
  })
})

describe('the keyring', () => {
  it('may have a newer key in front: what an older one wrapped still opens', async () => {
    const bytes = randomBytes(100)
    const ref = await storeBytes(bytes)
    const newer = { id: 'k2', key: new Uint8Array(randomBytes(32)) }
    const rotated = createRecordings(database, [newer, ...testKeyring])
    expect((await buffer(rotated.read(ref))).equals(bytes)).toBe(true)
    await expect(buffer(createRecordings(database, [newer]).read(ref))).rejects.toMatchObject({ code: 'config-invalid' })
    const wrong = createRecordings(database, [{ ...newer, id: 'k1' }])
    await expect(buffer(wrong.read(ref))).rejects.toMatchObject({ code: 'internal' })
  })
})

describe('storing is all or nothing', () => {
  const expectNothingOf = async (ref: ConversationRef) => {
    expect(await recordings.find(ref)).toBeNull()
    expect(await chunksOf(ref)).toEqual([])
    await expect(buffer(recordings.read(ref))).rejects.toMatchObject({ code: 'not-found' })
  }

  it('the source breaks off half-way: nothing is left, and it can be done again', async () => {
    const ref = await openTestCall(database, account)
    const bytes = randomBytes(2 * chunkBytes)
    const breaking = (async function* () {
      yield* inPieces(bytes.subarray(0, chunkBytes + 5))
      throw new Error('socket hang up')
    })()
    await expect(recordings.store(ref, wav(breaking))).rejects.toThrow('socket hang up')
    await expectNothingOf(ref)
    expect(await stateOf(ref)).toBe('due')
    await recordings.store(ref, wav(inPieces(bytes)))
    expect(sha256(await buffer(recordings.read(ref)))).toBe(sha256(bytes))
  })

  it.each([
    ['another checksum', 'recording-corrupt', { expectedSha256: sha256(Buffer.from('other')) }, randomBytes(100)],
    ['empty', 'recording-corrupt', {}, Buffer.alloc(0)],
    ['too large', 'request-too-large', {}, randomBytes(chunkBytes + 1)],
  ])('%s: %s', async (_, code, facts, bytes) => {
    const bounded = createRecordings(database, testKeyring, { maxBytes: chunkBytes })
    const ref = await openTestCall(database, account)
    await expect(bounded.store(ref, { ...wav(inPieces(bytes)), ...facts })).rejects.toMatchObject({ code })
    await expectNothingOf(ref)
  })

  it('nothing is kept of a call whose recording was objected to, or of none', async () => {
    const ref = await openTestCall(database, account)
    await createCalls(database).setRecording(ref, { state: 'objected' })
    await expect(recordings.store(ref, wav(inPieces(randomBytes(9))))).rejects.toMatchObject({ code: 'not-found' })
    await expectNothingOf(ref)
    const none = { ...ref, conversationId: randomUUID() }
    await expect(recordings.store(none, wav(inPieces(randomBytes(9))))).rejects.toMatchObject({ code: 'not-found' })
  })

  it('one of several attempts at once stores it; a later one leaves it and its source alone', async () => {
    const ref = await openTestCall(database, account)
    const bytes = randomBytes(2 * chunkBytes)
    const attempts = await Promise.allSettled([1, 2, 3, 4].map(() => recordings.store(ref, wav(inPieces(bytes)))))
    const failed = attempts.filter((attempt) => attempt.status === 'rejected')
    expect(failed.length).toBeLessThan(4)
    for (const { reason } of failed) expect(reason).toMatchObject({ code: 'recording-not-ready' })
    await createCalls(database).setRecording(ref, { state: 'deleted' })
    const untouched = (async function* () {
      yield await Promise.reject(new Error('read'))
    })()
    await recordings.store(ref, wav(untouched))
    expect(await stateOf(ref)).toBe('deleted')
    expect(sha256(await buffer(recordings.read(ref)))).toBe(sha256(bytes))
  })
})
