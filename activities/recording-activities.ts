import { createHash } from 'node:crypto'
import { addAbortSignal, Readable } from 'node:stream'
import { Context } from '@temporalio/activity'
import type { ConversationRef, RecordingState } from '../domain/conversation.ts'
import { Failure } from '../domain/failure.ts'
import { loadConversation } from './call-activities.ts'
import { checkedWave } from './checked-wave.ts'
import type { ConversationActivityDeps } from './conversation-activity-deps.ts'

/**
 * `settled`: nothing left to do. `awaited`: may still come. `absent`: will never come. `ready`: at Twilio, to be stored.
 * `stored`: here, and still at Twilio. `objected`: at Twilio, to be deleted unseen.
 */
export type RecordingView = 'settled' | 'awaited' | 'absent' | 'ready' | 'stored' | 'objected'

const settledStates: readonly RecordingState[] = ['off', 'deleted', 'missing']
const keptStates: readonly RecordingState[] = ['stored', 'deleted']
/** Whoever was asking Twilio to record when the call ended has had its answer by then, or has died. */
const askingMs = 2 * 60_000
const finishedStatuses: readonly string[] = ['completed', 'absent']

/** A recording's way from Twilio to the database. */
export function createRecordingActivities(deps: ConversationActivityDeps) {
  const { calls, recordings, transcripts, twilio, nowMs } = deps

  /** The caller's words count, whatever a relay that was starting the recording at that moment wrote after them. */
  async function isObjected(ref: ConversationRef, state: RecordingState): Promise<boolean> {
    if (state === 'objected') return true
    return (await transcripts.read(ref)).some(({ event }) => event === 'recording-objected')
  }

  async function lookForRecording(ref: ConversationRef): Promise<RecordingView> {
    const { externalId, recordingState, startedAtMs, endedAtMs } = await loadConversation(deps, ref)
    if (settledStates.includes(recordingState)) return 'settled'
    if (recordingState === 'stored') return 'stored'
    const listed = await twilio.listRecordings(externalId)
    const isFinished = listed.every(({ status }) => finishedStatuses.includes(status))
    if (await isObjected(ref, recordingState)) {
      await calls.setRecording(ref, { state: 'objected' })
      return listed.length === 0 ? 'settled' : isFinished ? 'objected' : 'awaited'
    }
    if (listed.some(({ status }) => status === 'completed')) return 'ready'
    // `due`: nobody ever asked Twilio to record, or in vain, so there is nothing to wait for.
    const isAskedFor = recordingState === 'starting' ? nowMs() < (endedAtMs ?? startedAtMs) + askingMs : recordingState !== 'due'
    const mayCome = listed.length === 0 ? isAskedFor : !isFinished
    return mayCome ? 'awaited' : 'absent'
  }

  async function storeRecording(ref: ConversationRef): Promise<void> {
    const { externalId, recordingState, recordingSid } = await loadConversation(deps, ref)
    if (keptStates.includes(recordingState)) return
    const completed = (await twilio.listRecordings(externalId)).filter(({ status }) => status === 'completed')
    const [longest] = completed.toSorted((a, b) => (b.durationSeconds ?? 0) - (a.durationSeconds ?? 0))
    const recording = completed.find(({ sid }) => sid === recordingSid) ?? longest
    if (!recording) throw new Failure('recording-not-ready', 'Twilio has no finished recording of this call')
    await recordings.store(ref, { contentType: 'audio/wav', body: download(recording.sid), atMs: nowMs() })
  }

  /** Opened when it is first read, so that nothing is left open where the database has no room for it. */
  async function* download(recordingSid: string): AsyncGenerator<Uint8Array> {
    const { body, contentLength } = await twilio.downloadRecording(recordingSid)
    yield* checkedWave(untilCancelled(body), contentLength)
  }

  /** Deletes what Twilio has of the call: if it is kept here, which is looked at first, or must not be kept at all. */
  async function deleteRecordingAtTwilio(ref: ConversationRef): Promise<void> {
    const { externalId, recordingState } = await loadConversation(deps, ref)
    if (recordingState === 'stored') await readBack(ref)
    else if (recordingState !== 'objected') return
    for (const { sid } of await twilio.listRecordings(externalId)) await twilio.deleteRecording(sid)
    if (recordingState === 'stored') await calls.setRecording(ref, { state: 'deleted' })
  }

  async function readBack(ref: ConversationRef): Promise<void> {
    const kept = await recordings.find(ref)
    const hash = createHash('sha256')
    for await (const chunk of untilCancelled(recordings.read(ref))) hash.update(chunk)
    if (kept?.sha256 !== hash.digest('hex'))
      throw new Failure('recording-corrupt', 'What was kept is not what was received')
  }

  async function markRecordingMissing(ref: ConversationRef): Promise<void> {
    const { recordingState } = await loadConversation(deps, ref)
    if (recordingState === 'objected' || keptStates.includes(recordingState)) return
    await calls.setRecording(ref, { state: 'missing' })
  }

  return { lookForRecording, storeRecording, deleteRecordingAtTwilio, markRecordingMissing }
}

/** Ends with the activity: Temporal gave it up, or the worker stops. */
const untilCancelled = (body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> =>
  addAbortSignal(Context.current().cancellationSignal, Readable.from(body, { objectMode: true }))
