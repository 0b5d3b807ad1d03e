import type { RecordingRecord } from './call-record.ts'
import type { SessionResult } from './relay-session.ts'
import type { TwimlElement } from './twiml.ts'

/** The document that a verb goes on with. */
export interface NextDocument {
  name: string
  url: string
  method: string
  /** Fields beside those that every request of the call has. */
  extra: Record<string, string>
}

export const resolveUrl = (url: string, base: string): string => (URL.canParse(url) ? url : new URL(url, base).href)

/** What the action of <Connect> is told. Source: PROTOCOL.md section 6 */
export function sessionParams(result: SessionResult): Record<string, string> {
  const base = { SessionId: result.sessionId, SessionStatus: result.status, SessionDuration: String(result.seconds) }
  if (result.status === 'failed') return { ...base, ErrorCode: String(result.errorCode), ErrorMessage: result.errorMessage }
  return result.status === 'ended' && result.handoffData !== undefined ? { ...base, HandoffData: result.handoffData } : base
}

/** The recording that <Start><Recording> asks for. */
export function twimlRecording({ children }: TwimlElement, base: string): Pick<RecordingRecord, 'source' | 'channels' | 'track' | 'callback'> {
  const attributes = children[0]?.attributes ?? {}
  const url = attributes.recordingStatusCallback
  const method = attributes.recordingStatusCallbackMethod ?? 'POST'
  const events = (attributes.recordingStatusCallbackEvent ?? 'completed').split(/\s+/)
  return {
    source: 'StartCallRecordingTwiML',
    channels: attributes.channels === 'mono' ? 1 : 2,
    track: attributes.track ?? 'both',
    callback: url ? { url: resolveUrl(url, base), method, events } : null,
  }
}
