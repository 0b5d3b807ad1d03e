import { openSavedList } from '../stand-in/saved-list.ts'
import type { CallRecord, RecordingRecord } from './call-record.ts'
import { newSid } from './call-record.ts'
import type { Webhooks } from './webhooks.ts'

export interface RecordingsDeps {
  accountSid: string
  webhooks: Webhooks
  /** Where the media are fetched from. */
  publicUrl(): string
  nowMs(): number
  after(ms: number, run: () => void): () => void
  /** From the end of a recording to its file. */
  processingMs: number
  file?: string | undefined
  onChange(recording: RecordingRecord): void
}

export type Recordings = ReturnType<typeof createRecordings>

export function createRecordings(deps: RecordingsDeps) {
  const { accountSid, webhooks, nowMs, after, processingMs, onChange } = deps
  const records = openSavedList<RecordingRecord>(1_000, deps.file)
  for (const recording of records.list()) if (isActive(recording) || recording.status === 'processing') settle(recording, nowMs())
  const pending = new Map<Promise<void>, string>()

  function settle(recording: RecordingRecord, atMs: number) {
    recording.durationSeconds ??= Math.max(1, Math.ceil((atMs - recording.startedAtMs) / 1_000))
    recording.status = 'completed'
    records.save()
  }

  async function tell(recording: RecordingRecord, event: string) {
    onChange(recording)
    const { callback } = recording
    if (!callback?.events.includes(event)) return
    await webhooks.report('recording', callback.url, callback.method, {
      AccountSid: accountSid,
      CallSid: recording.callSid,
      RecordingSid: recording.sid,
      RecordingUrl: `${deps.publicUrl()}/2010-04-01/Accounts/${accountSid}/Recordings/${recording.sid}`,
      RecordingStatus: event,
      RecordingDuration: String(recording.durationSeconds ?? -1),
      RecordingChannels: String(recording.channels),
      RecordingStartTime: new Date(recording.startedAtMs).toUTCString(),
      RecordingSource: recording.source,
      RecordingTrack: recording.track,
      ErrorCode: '0',
    })
  }

  function track({ callSid }: RecordingRecord, work: Promise<void>) {
    pending.set(work, callSid)
    void work.finally(() => pending.delete(work))
  }

  function stop(recording: RecordingRecord) {
    if (!isActive(recording)) return
    recording.durationSeconds = Math.max(1, Math.ceil((nowMs() - recording.startedAtMs) / 1_000))
    recording.status = 'processing'
    records.save()
    const processed = new Promise<void>((resolve) => void after(processingMs, resolve))
    track(
      recording,
      processed.then(() => {
        if (!records.get(recording.sid)) return
        settle(recording, nowMs())
        return tell(recording, 'completed')
      }),
    )
  }

  const active = (callSid: string) => records.list().find((recording) => recording.callSid === callSid && isActive(recording))

  return {
    /** A second start while one is going gives that one, as Twilio does. */
    start(call: CallRecord, options: Pick<RecordingRecord, 'source' | 'channels' | 'track' | 'callback'>): RecordingRecord {
      const going = active(call.sid)
      if (going) return going
      const recording: RecordingRecord = {
        ...options,
        sid: newSid('RE'),
        callSid: call.sid,
        status: 'in-progress',
        startedAtMs: nowMs(),
        durationSeconds: null,
      }
      records.put(recording.sid, recording)
      track(recording, tell(recording, 'in-progress'))
      return recording
    },
    stop,
    stopAllOf: (callSid: string) => records.list().filter((recording) => recording.callSid === callSid).forEach(stop),
    active,
    get: records.get,
    list: records.list,
    remove: records.remove,
    /** Resolves when all that was stopped of a call is processed and reported. */
    async settled(callSid: string) {
      const works = () => [...pending].filter(([, owner]) => owner === callSid).map(([work]) => work)
      while (works().length > 0) await Promise.allSettled(works())
    },
  }
}

const isActive = ({ status }: RecordingRecord): boolean => status === 'in-progress' || status === 'paused'
