import { silence, startVendors } from '../test/kit/wrap-up-vendors.ts'
import { answerQuestions } from './questions.ts'
import { callSeconds } from './vendor-call.ts'

/** What the vendors were really asked, for the ledgers. */
export interface VendorLedger {
  summaries: number
  mails: number
  recordingsDeleted: number
}
export interface FinishedCall {
  callSid: string
  endedAtMs: number
  isRecorded: boolean
}

const recording = silence(callSeconds)
const vendors = await startVendors()
let lastRecording = 0

vendors.setAnswer({
  summary: 'The caller asked whether the shop repairs what they have, and will come by with it on Thursday.',
  outcome: 'answered',
  tasks: [{ text: 'Have a look at it on Thursday', urgency: 'normal' }],
  gaps: ['Do you also repair what was bought elsewhere?'],
})

answerQuestions({
  place: () => vendors.url,
  /** These calls are over at Twilio from now on. */
  finish(calls) {
    for (const { callSid, endedAtMs, isRecorded } of calls as FinishedCall[]) {
      const sid = `RE${String((lastRecording += 1)).padStart(32, '0')}`
      const recordings = isRecorded ? [{ sid, status: 'completed', bytes: recording }] : []
      vendors.calls.set(callSid, { status: 'completed', durationSeconds: callSeconds, endedAtMs, recordings })
    }
  },
  ledger: (): VendorLedger => ({ summaries: vendors.counts.model, mails: vendors.mails.size, recordingsDeleted: vendors.deleted.length }),
})
