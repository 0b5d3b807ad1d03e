import { createConversationActivities } from '../activities/conversation-activities.ts'
import { createCalls } from '../db/calls.ts'
import { createDatabase } from '../db/database.ts'
import { createDirectory } from '../db/directory.ts'
import { createRecordings } from '../db/recordings.ts'
import { createTenants } from '../db/tenants.ts'
import { createTranscripts } from '../db/transcripts.ts'
import { createWrapUps } from '../db/wrap-ups.ts'
import { createOpenAiSummary } from '../providers/openai-summary.ts'
import { createResendMail } from '../providers/resend-mail.ts'
import { createTwilioVoice } from '../providers/twilio-voice.ts'
import type { WorkerConfig } from './config.ts'

/** The activities on their repositories and vendors, and what of these has to be asked how it is, and closed. */
export async function composeActivities(config: WorkerConfig, { nowMs }: { nowMs(): number }) {
  const database = await createDatabase({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL_SIZE ?? 15,
    applicationName: 'ironvoice-worker',
  })
  // A recording that streams in holds its connection for as long as that takes: it takes none from the others.
  const recordingDatabase = await createDatabase({
    url: config.DATABASE_URL,
    poolSize: Math.min(config.DATABASE_POOL_SIZE ?? 4, 4),
    applicationName: 'ironvoice-worker-recordings',
  })
  const activities = createConversationActivities({
    calls: createCalls(database),
    directory: createDirectory(database),
    recordings: createRecordings(recordingDatabase, config.DATA_KEYS),
    tenants: createTenants(database),
    transcripts: createTranscripts(database),
    wrapUps: createWrapUps(database),
    twilio: createTwilioVoice({
      accountSid: config.TWILIO_ACCOUNT_SID,
      authToken: config.TWILIO_AUTH_TOKEN,
      baseUrl: config.TWILIO_BASE_URL,
    }),
    model: createOpenAiSummary({
      apiKey: config.OPENAI_API_KEY,
      baseUrl: config.OPENAI_BASE_URL,
      model: config.OPENAI_MODEL,
    }),
    mailer: createResendMail({
      apiKey: config.RESEND_API_KEY,
      baseUrl: config.RESEND_BASE_URL,
      from: `IronVoice <${config.SUPPORT_EMAIL}>`,
    }),
    nowMs,
  })
  return {
    activities,
    ping: () => database.ping(),
    close: () => Promise.all([database.close(), recordingDatabase.close()]),
  }
}
