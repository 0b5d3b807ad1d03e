import { randomBytes } from 'node:crypto'
import { createConversationActivities } from '../../activities/conversation-activities.ts'
import type { ConversationActivityDeps } from '../../activities/conversation-activity-deps.ts'
import { createAccounts } from '../../db/accounts.ts'
import { createCalls } from '../../db/calls.ts'
import { createDatabase } from '../../db/database.ts'
import { createDirectory } from '../../db/directory.ts'
import { createRecordings } from '../../db/recordings.ts'
import { createTenants } from '../../db/tenants.ts'
import { createTranscripts } from '../../db/transcripts.ts'
import { createWrapUps } from '../../db/wrap-ups.ts'
import type { Message } from '../../domain/conversation.ts'
import type { KnowledgeInput } from '../../domain/knowledge.ts'
import { createOpenAiSummary } from '../../providers/openai-summary.ts'
import { createResendMail } from '../../providers/resend-mail.ts'
import { createTwilioVoice } from '../../providers/twilio-voice.ts'
import { createTestDatabase } from './database.ts'
import { execute } from './sql.ts'
import { startVendors } from './wrap-up-vendors.ts'

const hex = (bytes: number) => randomBytes(bytes).toString('hex')
const day = [{ opens: '09:00', closes: '17:00' }]

export const dataKeys = [{ id: 'k1', key: new Uint8Array(32).fill(7) }]

/** People and words that must be found nowhere but in the database and the owner's mail. */
export const people = {
  owner: 'dana.whitfield@harborlane-dental.example',
  caller: '+14155550142',
  callerName: 'Marguerite Okonkwo',
  words: 'My crown fell out and I need someone to look at it on Thursday',
  message: 'Please ring me back about my crown',
  gap: 'Do you take Guardian Direct insurance?',
}

/** What none of them may be recognised by in a history. */
export const personalWords = /whitfield|harborlane|5550142|marguerite|okonkwo|crown|thursday|guardian/i

export const knowledge: KnowledgeInput = {
  business: { name: 'Harbor Lane Dental' },
  timeZone: 'America/Los_Angeles',
  hours: {
    weekly: { monday: day, tuesday: day, wednesday: day, thursday: day, friday: day, saturday: [], sunday: [] },
  },
  greeting: 'Harbor Lane Dental, how can I help?',
  disclosure: { isSpoken: true, text: 'This call is recorded.' },
  recording: { isEnabled: true },
  transfer: { number: null, when: 'never' },
  voice: {},
}

export const goodAnswer = {
  summary: `${people.callerName} asked about a lost crown.`,
  outcome: 'answered',
  tasks: [{ text: 'Find a slot on Thursday', urgency: 'urgent' }],
  gaps: [people.gap],
}

const startedAtMs = Date.parse('2026-11-20T18:04:00Z')

/** A line of a transcript, `seconds` into the call. */
export const line = (seconds: number, role: Message['role'], text: string, rest: Partial<Message> = {}): Message => ({
  key: `line-${seconds}`,
  seq: 0,
  atMs: startedAtMs + seconds * 1000,
  role,
  text,
  event: null,
  isInterrupted: false,
  firstTokenMs: null,
  passages: [],
  ...rest,
})

const usualLines = [
  line(1, 'receptionist', 'Harbor Lane Dental, how can I help?'),
  line(4, 'caller', people.words),
  line(7, 'receptionist', 'I can pass that on.', { passages: ['faq-1'] }),
  line(9, 'event', people.gap, { event: 'knowledge-gap' }),
]

/** One account in a database of its own, the vendors on the wire, and the real activities between them. */
export async function createWrapUpWorld(
  change: (deps: ConversationActivityDeps) => Partial<ConversationActivityDeps> = () => ({}),
) {
  const [testDatabase, vendors] = await Promise.all([createTestDatabase(), startVendors()])
  const database = await createDatabase({ url: testDatabase.appUrl, poolSize: 4 })
  const calls = createCalls(database)
  const transcripts = createTranscripts(database)
  const recordings = createRecordings(database, dataKeys)
  const directory = createDirectory(database)
  const wrapUps = createWrapUps(database)
  const deps: ConversationActivityDeps = {
    calls,
    transcripts,
    recordings,
    directory,
    wrapUps,
    tenants: createTenants(database),
    twilio: createTwilioVoice({ accountSid: `AC${hex(16)}`, authToken: hex(16), baseUrl: vendors.url }),
    model: createOpenAiSummary({ apiKey: 'sk-test', baseUrl: `${vendors.url}/v1`, model: 'gpt-4o-mini' }),
    mailer: createResendMail({
      apiKey: 're_test',
      baseUrl: vendors.url,
      from: 'IronVoice <support@ironvoice.example>',
    }),
    nowMs: Date.now,
  }
  const accountId = await createAccounts(database, dataKeys).create({
    companyName: 'Harbor Lane Dental',
    ownerEmail: people.owner,
    numbers: [`+1415555${String(Math.floor(Math.random() * 10_000)).padStart(4, '0')}`],
    knowledge,
  })
  const query = <Row extends object>(sql: string, values: unknown[] = []) =>
    execute<Row>(testDatabase.adminUrl, sql, values)

  return {
    vendors,
    databaseUrl: testDatabase.appUrl,
    accountId,
    activities: createConversationActivities({ ...deps, ...change(deps) }),
    calls,
    transcripts,
    recordings,
    directory,
    wrapUps,
    query,

    /** A call as the live side leaves it: over at Twilio with one finished recording, nothing told us yet. */
    async placeCall(
      options: { recordingState?: 'off' | 'due' | 'starting' | 'started'; lines?: Message[]; takesMessage?: boolean } = {},
    ) {
      const { recordingState = 'off', lines = usualLines, takesMessage = false } = options
      const callSid = `CA${hex(16)}`
      const opening = {
        accountId,
        callSid,
        from: people.caller,
        to: '+14155550100',
        direction: 'inbound',
        knowledgeVersion: 1,
        startedAtMs,
      } as const
      const { conversationId } = await calls.open({
        ...opening,
        recordingState: recordingState === 'off' ? 'off' : 'due',
      })
      const ref = { accountId, conversationId }
      await transcripts.write(ref, lines)
      if (takesMessage) {
        const message = {
          callerName: people.callerName,
          callbackNumber: people.caller,
          text: people.message,
          urgency: 'urgent',
        } as const
        await transcripts.keepMessage(ref, 'message-1', message, startedAtMs + 8_000)
      }
      if (recordingState === 'starting') await calls.claimRecording(ref)
      if (recordingState === 'started') await calls.setRecording(ref, { state: 'started' })
      const call = { status: 'completed', durationSeconds: 62, endedAtMs: startedAtMs + 62_000, recordings: [] }
      vendors.calls.set(callSid, call)
      return { ref, callSid, call: vendors.calls.get(callSid)! }
    },

    /** Rows of the ledgers, counted where they are kept. */
    async ledgers({ conversationId }: { conversationId: string }) {
      const count = async (table: string) =>
        Number(
          (
            await query<{ count: string }>(`select count(*) from ${table} where conversation_id = $1`, [conversationId])
          )[0]!.count,
        )
      return {
        usage: await count('usage_record'),
        tasks: await count('task'),
        gaps: await count('knowledge_gap'),
        recordings: await count('recording'),
      }
    },

    async stop() {
      await database.close()
      await vendors.stop()
      await testDatabase.drop()
    },
  }
}

export type WrapUpWorld = Awaited<ReturnType<typeof createWrapUpWorld>>
