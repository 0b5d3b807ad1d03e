import type { Middleware } from 'koa'
import type { createCalls } from '../../db/calls.ts'
import type { createDirectory } from '../../db/directory.ts'
import type { createTenants } from '../../db/tenants.ts'
import type { createTranscripts } from '../../db/transcripts.ts'
import type { createWrapUps } from '../../db/wrap-ups.ts'
import type { ConversationRef } from '../../domain/conversation.ts'
import type { CallReports } from '../call-reports.ts'
import type { CallConnector } from '../connect-call.ts'

/** What the webhooks are made of. */
export interface WebhookDependencies {
  publicUrl: string
  isSigned: Middleware
  directory: Pick<ReturnType<typeof createDirectory>, 'findAccountByNumber' | 'findConversationByExternalId'>
  tenants: Pick<ReturnType<typeof createTenants>, 'load'>
  calls: Pick<ReturnType<typeof createCalls>, 'open' | 'reportEnd' | 'hasRelaySession'>
  transcripts: Pick<ReturnType<typeof createTranscripts>, 'write'>
  wrapUps: Pick<ReturnType<typeof createWrapUps>, 'load'>
  connector: CallConnector
  reports: Pick<CallReports, 'take'>
  startWrapUp(ref: ConversationRef, callSid: string): Promise<void>
  nowMs(): number
}
