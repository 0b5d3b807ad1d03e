import type { CallRecord, RecordingRecord } from './call-record.ts'
import { callSeconds, isOver } from './call-record.ts'

const date = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toUTCString().replace('GMT', '+0000'))
const root = (accountSid: string) => `/2010-04-01/Accounts/${accountSid}`

/** A call in the form of Twilio's REST API. */
export function presentCall(accountSid: string, call: CallRecord) {
  const uri = `${root(accountSid)}/Calls/${call.sid}`
  return {
    sid: call.sid,
    account_sid: accountSid,
    parent_call_sid: call.parentSid,
    date_created: date(call.createdAtMs),
    date_updated: date(call.endedAtMs ?? call.startedAtMs ?? call.createdAtMs),
    to: call.to,
    to_formatted: call.to,
    from: call.from,
    from_formatted: call.from,
    phone_number_sid: '',
    status: call.status,
    start_time: date(call.startedAtMs),
    end_time: date(call.endedAtMs),
    duration: isOver(call) ? String(callSeconds(call)) : null,
    price: null,
    price_unit: 'USD',
    direction: call.direction,
    answered_by: null,
    annotation: null,
    api_version: '2010-04-01',
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: '0',
    trunk_sid: null,
    uri: `${uri}.json`,
    subresource_uris: { recordings: `${uri}/Recordings.json` },
  }
}

/** A recording in the form of Twilio's REST API. */
export function presentRecording(accountSid: string, recording: RecordingRecord) {
  const uri = `${root(accountSid)}/Recordings/${recording.sid}`
  return {
    sid: recording.sid,
    account_sid: accountSid,
    call_sid: recording.callSid,
    conference_sid: null,
    api_version: '2010-04-01',
    date_created: date(recording.startedAtMs),
    date_updated: date(recording.startedAtMs + (recording.durationSeconds ?? 0) * 1_000),
    start_time: date(recording.startedAtMs),
    duration: recording.durationSeconds === null ? null : String(recording.durationSeconds),
    status: recording.status,
    channels: recording.channels,
    source: recording.source,
    track: recording.track,
    error_code: null,
    price: null,
    price_unit: 'USD',
    encryption_details: null,
    media_url: `https://api.twilio.com${uri}`,
    uri: `${uri}.json`,
    subresource_uris: { add_on_results: `${uri}/AddOnResults.json`, transcriptions: `${uri}/Transcriptions.json` },
  }
}

/** One page of a list, newest first, with the links that Twilio gives. */
export function presentPage(name: string, path: string, query: URLSearchParams, items: object[]) {
  const pageSize = Math.min(Math.max(Number(query.get('PageSize') ?? 50) || 50, 1), 1_000)
  const page = Math.max(Number(query.get('Page') ?? 0) || 0, 0)
  const start = page * pageSize
  const shown = items.slice(start, start + pageSize)
  const link = (number: number) => {
    const params = new URLSearchParams(query)
    params.set('PageSize', String(pageSize))
    params.set('Page', String(number))
    return `${path}?${params}`
  }
  return {
    [name]: shown,
    page,
    page_size: pageSize,
    start,
    end: start + Math.max(shown.length - 1, 0),
    uri: link(page),
    first_page_uri: link(0),
    next_page_uri: start + pageSize < items.length ? link(page + 1) : null,
    previous_page_uri: page > 0 ? link(page - 1) : null,
  }
}
