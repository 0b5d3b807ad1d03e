import { ActivityFailure, condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow'
import type { ConversationActivities } from '../activities/conversation-activities.ts'
import type { ConversationRef } from '../domain/conversation.ts'
import { lookAgainSignalName } from '../domain/workflow-names.ts'
import { failureCode, isVendorsDoing, patiently, untilNextLookMs } from './patience.ts'

const minutes = 60_000
const hours = 60 * minutes

/** Twilio ends every call after 24 hours: one that it still reports as going on an hour later is one that it lost. */
const longestCallMs = 25 * hours
const longestBetweenLooksAtCallMs = 15 * minutes
const recordingWithinMs = 24 * hours
const longestBetweenLooksAtRecordingMs = 2 * hours
/** Longer than models are away for; an owner should not wait for the mail about an emergency any longer. */
const summaryWithinMs = 4 * hours
/** The owner's address may be mistyped, and put right in the dashboard. */
const toldWithinMs = 72 * hours

/** A worker that was killed is noticed by then. */
const heartbeatTimeout = '15 seconds'

const { meterUsage, settleByFacts, markRecordingMissing, markWrappedUp } = proxyActivities<ConversationActivities>({
  startToCloseTimeout: '15 seconds',
  heartbeatTimeout,
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
})

const { confirmEnded, lookForRecording } = proxyActivities<ConversationActivities>({
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout,
  retry: { initialInterval: '2 seconds', maximumInterval: '5 minutes' },
})

const { storeRecording, deleteRecordingAtTwilio } = proxyActivities<ConversationActivities>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout,
  // Longer waits are the workflow's own: it looks first whether there is still something to fetch.
  scheduleToCloseTimeout: '1 hour',
  retry: {
    initialInterval: '2 seconds',
    maximumInterval: '10 minutes',
    nonRetryableErrorTypes: ['recording-not-ready'],
  },
})

const { summarise } = proxyActivities<ConversationActivities>({
  startToCloseTimeout: '90 seconds',
  heartbeatTimeout,
  scheduleToCloseTimeout: summaryWithinMs,
  retry: { initialInterval: '2 seconds', maximumInterval: '10 minutes' },
})

const { tellOwner } = proxyActivities<ConversationActivities>({
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout,
  scheduleToCloseTimeout: toldWithinMs,
  retry: { initialInterval: '2 seconds', maximumInterval: '5 minutes' },
})

/**
 * What follows a call: its recording is brought home, it is metered, summed up, and its owner told.
 *
 * Why it exists: all of it must happen once, even if machines die, and whoever asks for it – Twilio's callbacks, the
 * relay, the sweep – however often and in whatever order. The id is made of the call's SID, so all of them mean one run.
 * What can fail: the trigger may be early (a hint while the call goes on: Twilio is asked, and waited for); Twilio, the
 * model or Resend may be away or refuse (each is waited for, within the bounds above, and stays out of the others' way);
 * the recording may come late, damaged or never; the database may be away (waited for, without a bound); what fails for
 * a fault of ours fails the workflow, after the rest is done, and the sweep starts it anew.
 * Why it is safe to re-run: each step looks first whether it is done; end, duration and usage are absolute values under
 * unique keys; summary, tasks and gaps are settled in one transaction, once; the mail bears a key made of this
 * workflow's id; nothing is deleted at Twilio before the recording is kept here and was read back, unless its caller
 * objected to it.
 */
export async function wrapUpConversation(ref: ConversationRef): Promise<void> {
  const hints = listenForHints()

  await untilEnded(ref, hints)
  const failures = await Promise.all([
    bringRecordingHome(ref, hints).then(nothing, activityFailure),
    meterUsage(ref).then(() => sumUpAndTell(ref)).then(nothing, activityFailure),
  ])
  for (const failure of failures) if (failure) throw failure
  await markWrappedUp(ref)
}

const nothing = () => null

/**
 * An activity that fails for good fails the workflow, once everything else is done. Whatever else is thrown is a bug: it
 * stops the workflow where it stands, so that it goes on from there when it is mended.
 */
function activityFailure(error: unknown): ActivityFailure {
  if (error instanceof ActivityFailure) return error
  throw error
}

async function untilEnded(ref: ConversationRef, hints: Hints): Promise<void> {
  const startedMs = Date.now()
  for (;;) {
    const elapsedMs = Date.now() - startedMs
    const isLastLook = elapsedMs >= longestCallMs
    hints.forget()
    const isEnded = await confirmEnded(ref, { isLastLook }).catch((error: unknown) => {
      if (isLastLook || !isVendorsDoing(error)) throw error
      return false
    })
    if (isEnded) return
    await hints.wait(untilNextLookMs(elapsedMs, longestBetweenLooksAtCallMs))
  }
}

async function bringRecordingHome(ref: ConversationRef, hints: Hints): Promise<void> {
  const startedMs = Date.now()
  for (;;) {
    const elapsedMs = Date.now() - startedMs
    const isOverdue = elapsedMs >= recordingWithinMs
    hints.forget()
    try {
      const view = await lookForRecording(ref)
      if (view === 'settled') return
      if (view === 'absent' || (view === 'awaited' && isOverdue)) return await markRecordingMissing(ref)
      if (view === 'ready') await storeRecording(ref)
      if (view !== 'awaited') return await deleteRecordingAtTwilio(ref)
    } catch (error) {
      if (!isVendorsDoing(error)) throw error
      if (isOverdue && failureCode(error) === 'recording-corrupt') return await markRecordingMissing(ref)
      // A recording that Twilio keeps from us is neither missing nor deleted. Failing is seen, and the sweep starts anew.
      if (isOverdue) throw error
    }
    await hints.wait(untilNextLookMs(elapsedMs, longestBetweenLooksAtRecordingMs))
  }
}

async function sumUpAndTell(ref: ConversationRef): Promise<void> {
  const summedUp = await patiently(summaryWithinMs, () => summarise(ref))
  const { outcome, hasWords } = summedUp ?? (await settleByFacts(ref))
  // Nuisance calls and callers who hung up without a word are in the dashboard. Mailing each of them would teach owners
  // to overlook the mail that matters; a call that went wrong on our side is told even if nothing was said.
  const isWorthAMail = outcome !== 'spam' && (outcome !== 'abandoned' || hasWords)
  if (isWorthAMail) await patiently(toldWithinMs, () => tellOwner(ref))
}

type Hints = ReturnType<typeof listenForHints>

/** Somebody believes that there is something to see: a wait ends at once, then or when it begins. */
function listenForHints() {
  let isHinted = false
  setHandler(defineSignal(lookAgainSignalName), () => {
    isHinted = true
  })
  return {
    forget() {
      isHinted = false
    },
    async wait(ms: number): Promise<void> {
      await condition(() => isHinted, ms)
    },
  }
}
