import type { createCalls } from '../db/calls.ts'
import type { createDirectory } from '../db/directory.ts'
import type { createRecordings } from '../db/recordings.ts'
import type { createTenants } from '../db/tenants.ts'
import type { createTranscripts } from '../db/transcripts.ts'
import type { createWrapUps } from '../db/wrap-ups.ts'
import type { SummaryModel } from '../providers/openai-summary.ts'
import type { Mailer } from '../providers/resend-mail.ts'
import type { TwilioVoice } from '../providers/twilio-voice.ts'

/** What the activities of a conversation are made of: repositories, vendors and a clock, all handed in. */
export interface ConversationActivityDeps {
  calls: Pick<ReturnType<typeof createCalls>, 'reportEnd' | 'setRecording'>
  directory: Pick<ReturnType<typeof createDirectory>, 'listDueWrapUps'>
  recordings: Pick<ReturnType<typeof createRecordings>, 'store' | 'find' | 'read'>
  tenants: Pick<ReturnType<typeof createTenants>, 'load'>
  transcripts: Pick<ReturnType<typeof createTranscripts>, 'read'>
  wrapUps: ReturnType<typeof createWrapUps>
  twilio: Pick<TwilioVoice, 'fetchCall' | 'listRecordings' | 'downloadRecording' | 'deleteRecording'>
  model: SummaryModel
  mailer: Mailer
  nowMs(): number
}
