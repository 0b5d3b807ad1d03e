import { z } from 'zod'
import { conversationRefSchema } from '../domain/conversation.ts'
import { classifyFailures } from './application-failure.ts'
import { createCallActivities } from './call-activities.ts'
import type { ConversationActivityDeps } from './conversation-activity-deps.ts'
import { withPulse } from './pulse.ts'
import { createRecordingActivities } from './recording-activities.ts'
import { createSummaryActivities } from './summary-activities.ts'

const lookSchema = z.strictObject({ isLastLook: z.boolean() })
const refsSchema = z.array(conversationRefSchema).max(1_000)

/** What workflows are told that the activities are; see each room's file for what they do. */
export type ConversationActivities = ReturnType<typeof createConversationActivities>

/** Every activity of a conversation. Inputs are checked here, failures classified here. */
export function createConversationActivities(deps: ConversationActivityDeps) {
  const calls = createCallActivities(deps)
  const recording = createRecordingActivities(deps)
  const summary = createSummaryActivities(deps)
  const ofConversation =
    <Result>(activity: (ref: z.infer<typeof conversationRefSchema>) => Promise<Result>) =>
    async (ref: z.input<typeof conversationRefSchema>) =>
      activity(conversationRefSchema.parse(ref))

  const activities = {
    confirmEnded: async (ref: z.input<typeof conversationRefSchema>, options: z.input<typeof lookSchema>) =>
      calls.confirmEnded(conversationRefSchema.parse(ref), lookSchema.parse(options)),
    listDueWrapUps: calls.listDueWrapUps,
    passByForNow: async (refs: z.input<typeof refsSchema>) => calls.passByForNow(refsSchema.parse(refs)),
    meterUsage: ofConversation(calls.meterUsage),
    markWrappedUp: ofConversation(calls.markWrappedUp),
    lookForRecording: ofConversation(recording.lookForRecording),
    storeRecording: ofConversation(recording.storeRecording),
    deleteRecordingAtTwilio: ofConversation(recording.deleteRecordingAtTwilio),
    markRecordingMissing: ofConversation(recording.markRecordingMissing),
    summarise: ofConversation(summary.summarise),
    settleByFacts: ofConversation(summary.settleByFacts),
    tellOwner: ofConversation(summary.tellOwner),
  }
  return classifyFailures(withPulse(activities))
}
