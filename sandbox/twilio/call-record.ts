import { randomBytes } from 'node:crypto'

export type CallStatus = 'queued' | 'ringing' | 'in-progress' | 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled'

/** What Twilio keeps of a call. */
export interface CallRecord {
  sid: string
  parentSid: string | null
  from: string
  to: string
  direction: 'inbound' | 'outbound-dial'
  status: CallStatus
  createdAtMs: number
  startedAtMs: number | null
  endedAtMs: number | null
}

export type RecordingStatus = 'in-progress' | 'paused' | 'stopped' | 'processing' | 'completed' | 'absent'

export interface RecordingRecord {
  sid: string
  callSid: string
  source: 'StartCallRecordingAPI' | 'StartCallRecordingTwiML'
  status: RecordingStatus
  channels: number
  track: string
  startedAtMs: number
  durationSeconds: number | null
  callback: { url: string; method: string; events: string[] } | null
}

/** A Twilio id: two letters and 32 hexadecimal digits. */
export const newSid = (prefix: string): string => prefix + randomBytes(16).toString('hex')

export const isOver = ({ status }: CallRecord): boolean => !['queued', 'ringing', 'in-progress'].includes(status)

/** Whole seconds from answer to end, begun ones counted; zero for a call that was never answered. */
export const callSeconds = ({ startedAtMs, endedAtMs }: CallRecord): number =>
  startedAtMs === null || endedAtMs === null ? 0 : Math.max(1, Math.ceil((endedAtMs - startedAtMs) / 1_000))
