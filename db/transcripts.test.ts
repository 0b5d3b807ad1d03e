import { createTestAccount, openTestCall } from '../test/kit/account.ts'
import type { TestDatabase } from '../test/kit/database.ts'
import { createTestDatabase } from '../test/kit/database.ts'
import type { Message } from '../domain/conversation.ts'
import { execute } from '../test/kit/sql.ts'
import type { Database } from './database.ts'
import { createDatabase } from './database.ts'
import type { Transcripts } from './transcripts.ts'
import { createTranscripts } from './transcripts.ts'
import { createWrapUps } from './wrap-ups.ts'

let server: TestDatabase
let database: Database
let transcripts: Transcripts
let account: { accountId: string; number: string }

beforeAll(async () => {
  server = await createTestDatabase()
  database = await createDatabase({ url: server.appUrl, poolSize: 5 })
  transcripts = createTranscripts(database)
  account = await createTestAccount(database)
})

afterAll(async () => {
  await database.close()
  await server.drop()
})

const twentyTimes = <T>(work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: 20 }, (_, index) => work(index)))
const line = (changes: Partial<Message>): Message => ({
  key: 'k',
  seq: 0,
  atMs: 1_800_000_000_123,
  role: 'caller',
  text: 'Hello',
  event: null,
  isInterrupted: false,
  firstTokenMs: null,
  passages: [],
  ...changes,
})

it('a transcript reads back as it was written, in the order in which it was said', async () => {
  const ref = await openTestCall(database, account)
  const said = [
    line({ key: 'a', text: "Do you sell helmets? '; drop table message; -- \\ ☎ " }),
    line({ key: 'z', seq: 1, role: 'receptionist', text: 'Yes.', firstTokenMs: 312, passages: ['helmets', 'faq 2'] }),
    line({ key: 'm', seq: 1, atMs: 1_800_000_000_124, role: 'event', event: 'keypad', text: '5', isInterrupted: true }),
  ]
  await transcripts.write(ref, [said[2]!, said[1]!])
  await transcripts.write(ref, [said[0]!])
  await transcripts.write(ref, [])
  expect(await transcripts.read(ref)).toEqual(said)
})

it('a character that PostgreSQL refuses is left out, instead of the line', async () => {
  const ref = await openTestCall(database, account)
  await transcripts.write(ref, [line({ text: 'Hel\0lo\uD800' })])
  const message = { callerName: '\0Ada', callbackNumber: '\0', text: 'Call\0 me', urgency: 'low' as const }
  await transcripts.keepMessage(ref, 'm', message, 1_800_000_000_124)
  expect((await transcripts.read(ref)).map(({ text }) => text)).toEqual(['Hello\uFFFD', 'Call me'])
})

it('a line that is written again is corrected, not doubled', async () => {
  const ref = await openTestCall(database, account)
  const whole = line({ role: 'receptionist', text: 'We are open from nine to five.', firstTokenMs: 300 })
  const heard = { ...whole, text: 'We are open', isInterrupted: true, seq: 4, atMs: whole.atMs + 1, passages: ['hours'] }
  await transcripts.write(ref, [whole])
  await transcripts.write(ref, [{ ...whole, text: 'superseded in the same batch' }, heard])
  expect(await transcripts.read(ref)).toEqual([heard])
})

it('a line stays as it was written last, also where what was written before is carried out later', async () => {
  const ref = await openTestCall(database, account)
  const whole = line({ role: 'receptionist', text: 'We are open from nine to five.' })
  const heard = { ...whole, text: 'We are open', isInterrupted: true }
  const nowMs = Date.now()
  const write = (line: Message, writtenAtMs: number) =>
    transcripts.writeAll([{ accountId: ref.accountId, lines: [{ ref, line, writtenAtMs }] }])
  await write(heard, nowMs)
  await write(whole, nowMs - 1)
  expect(await transcripts.read(ref)).toEqual([heard])
  await write(whole, nowMs + 1)
  expect(await transcripts.read(ref)).toEqual([whole])
})

describe('P-isolation: batches of several accounts in one round trip', () => {
  it('are each written as a whole or not at all, under their own account only', async () => {
    const other = await createTestAccount(database)
    const [mine, mineToo, theirs] = [await openTestCall(database, account), await openTestCall(database, account), await openTestCall(database, other)]
    const gone = { ...mine, conversationId: account.accountId }
    const refusals = await transcripts.writeAll([
      { accountId: account.accountId, lines: [{ ref: mine, line: line({ key: 'a' }) }, { ref: mineToo, line: line({ key: 'a' }) }] },
      { accountId: other.accountId, lines: [{ ref: theirs, line: line({ key: 'a', text: 'theirs' }) }] },
      { accountId: other.accountId, lines: [{ ref: mine, line: line({ key: 'stolen' }) }, { ref: theirs, line: line({ key: 'b' }) }] },
      { accountId: account.accountId, lines: [{ ref: mine, line: line({ key: 'b' }) }, { ref: gone, line: line({ key: 'b' }) }] },
      { accountId: account.accountId, lines: [{ ref: mine, line: line({ key: 'c', atMs: 8.64e18 }) }] },
      { accountId: 'nobody', lines: [{ ref: mine, line: line({ key: 'd' }) }] },
      { accountId: account.accountId, lines: [{ ref: mine, line: line({ key: 'z' }) }] },
    ])
    const codes = [null, null, 'not-found', 'not-found', 'request-malformed', 'request-malformed', null]
    expect(refusals.map((refusal) => refusal?.code ?? null)).toEqual(codes)
    const rows = await execute(
      server.adminUrl,
      `select account_id as "accountId", conversation_id as "conversationId", string_agg(key, ' ' order by key) as keys
       from message where conversation_id = any ($1) group by 1, 2`,
      [[mine, mineToo, theirs].map(({ conversationId }) => conversationId)],
    )
    const rowOf = ({ accountId, conversationId }: typeof mine, keys: string) => ({ accountId, conversationId, keys })
    expect(rows).toHaveLength(3)
    expect(rows).toEqual(expect.arrayContaining([rowOf(mine, 'a z'), rowOf(mineToo, 'a'), rowOf(theirs, 'a')]))
  })

  it('leave no account behind on the connection', async () => {
    const one = await createDatabase({ url: server.appUrl, poolSize: 1 })
    try {
      const ref = await openTestCall(one, account)
      await createTranscripts(one).write(ref, [line({})])
      const [left] = await one.asDirectory((em) => em.execute<object[]>("select current_setting('app.account_id', true) as account, current_setting('lock_timeout') as lock"))
      expect(left).toEqual({ account: '', lock: '0' })
    } finally {
      await one.close()
    }
  })

  it('are nobody’s to write but the app’s, and not from within a unit of work', async () => {
    const may = "select has_function_privilege($1, 'write_lines(json, json)', 'execute') as may"
    const roles = ['ironvoice_app', 'ironvoice_directory', 'public']
    expect(await Promise.all(roles.map((role) => execute(server.adminUrl, may, [role])))).toEqual([[{ may: true }], [{ may: false }], [{ may: false }]])
    const batches = JSON.stringify([{ accountId: account.accountId, lines: [] }])
    const within = database.forAccount(account.accountId, (em) => em.execute('call write_lines(?, null)', [batches]))
    await expect(within).rejects.toMatchObject({ code: 'internal', message: 'PostgreSQL 2D000' })
  })
})

it('twenty writers of the same lines, each in its own order, leave each line once', async () => {
  const ref = await openTestCall(database, account)
  const lines = Array.from({ length: 12 }, (_, seq) => line({ key: `k${String(seq).padStart(2, '0')}`, seq }))
  await twentyTimes((index) => transcripts.write(ref, [...lines.slice(index % 12), ...lines.slice(0, index % 12)]))
  expect(await transcripts.read(ref)).toEqual(lines)
})

it('a message for the business is kept once, as a task and as a line, by twenty attempts', async () => {
  const ref = await openTestCall(database, account)
  const message = { callerName: 'Ada', callbackNumber: '+12065551234', text: 'Call me back', urgency: 'urgent' as const }
  await twentyTimes(() => transcripts.keepMessage(ref, 'm1', message, 1_800_000_000_123))
  const record = await createWrapUps(database).load(ref)
  expect(record?.tasks).toEqual([{ key: 'm1', kind: 'message', ...message, createdAtMs: 1_800_000_000_123 }])
  const kept = line({ key: 'message-taken:m1', role: 'event', event: 'message-taken', text: 'Call me back' })
  expect(await transcripts.read(ref)).toEqual([kept])
})

it('a transcript is found by its primary key, however many others there are', async () => {
  const ref = await openTestCall(database, account)
  const plan = await database.forAccount(ref.accountId, async (em) => {
    await em.execute('set local enable_seqscan = off')
    const sql = 'explain (costs off) select * from message where account_id = ? and conversation_id = ?'
    return em.execute<object[]>(sql, [ref.accountId, ref.conversationId])
  })
  expect(JSON.stringify(plan)).toContain('message_pkey')
})
