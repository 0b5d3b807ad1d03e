import type { Answer, Exchange } from '../stand-in/server.ts'
import { json } from '../stand-in/server.ts'
import type { CallRecord, RecordingRecord } from './call-record.ts'
import { isOver } from './call-record.ts'
import type { LiveCall } from './live-call.ts'
import type { Recordings } from './recordings.ts'
import { presentCall, presentPage, presentRecording } from './rest-resources.ts'
import { makeSilentMp3, makeWav, mp3Bytes, wavBytes } from './wav.ts'

export interface RestDeps {
  accountSid: string
  authToken: string
  calls: { get(sid: string): CallRecord | undefined; list(): CallRecord[] }
  liveCall(sid: string): LiveCall | undefined
  recordings: Recordings
  /** Twilio is said to refuse recordings by API during a ConversationRelay session; true plays that. */
  refusesRecordingInRelay: boolean
}

/** Twilio's error form; codes as of https://www.twilio.com/docs/api/errors */
export const restError = (status: number, code: number, message: string): Answer =>
  json(status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status })

/** Calls and recordings of Twilio's REST API, version 2010-04-01. */
export function createRestApi(deps: RestDeps) {
  const { accountSid, calls, recordings, liveCall } = deps
  const root = `/2010-04-01/Accounts/${accountSid}`
  const expected = `Basic ${Buffer.from(`${accountSid}:${deps.authToken}`).toString('base64')}`
  const byNewest = <Item>(items: Item[]) => items.toReversed()

  return function answerRest({ method, url, headers, body }: Exchange): Answer {
    const notFound = () => restError(404, 20404, `The requested resource ${url.pathname} was not found`)
    if (headers.authorization !== expected) return restError(401, 20003, 'Authenticate')
    if (!url.pathname.startsWith(`${root}/`)) return notFound()
    const form = new URLSearchParams(body.toString())
    const path = url.pathname.slice(root.length)
    const route = (pattern: RegExp, verb: string) => (method === verb ? pattern.exec(path)?.slice(1) : undefined)

    if (route(/^\/Calls\.json$/, 'GET')) return listCalls(url)
    const shown = route(/^\/Calls\/(CA[0-9a-f]{32})\.json$/, 'GET')
    if (shown) return withCall(shown[0]!, (call) => json(200, presentCall(accountSid, call))) ?? notFound()
    const updated = route(/^\/Calls\/(CA[0-9a-f]{32})\.json$/, 'POST')
    if (updated) return withCall(updated[0]!, (call) => endCall(call, form)) ?? notFound()
    const started = route(/^\/Calls\/(CA[0-9a-f]{32})\/Recordings\.json$/, 'POST')
    if (started) return withCall(started[0]!, (call) => startRecording(call, form)) ?? notFound()
    const listed = route(/^\/Calls\/(CA[0-9a-f]{32})\/Recordings\.json$/, 'GET')
    if (listed) return withCall(listed[0]!, (call) => listRecordings(url, call.sid)) ?? notFound()
    if (route(/^\/Recordings\.json$/, 'GET')) return listRecordings(url, url.searchParams.get('CallSid'))
    const changed = route(/^\/Calls\/(CA[0-9a-f]{32})\/Recordings\/(RE[0-9a-f]{32}|Twilio\.CURRENT)\.json$/, 'POST')
    if (changed) return changeRecording(changed[0]!, changed[1]!, form) ?? notFound()

    const one = /^(?:\/Calls\/CA[0-9a-f]{32})?\/Recordings\/(RE[0-9a-f]{32})(\.json|\.wav|\.mp3)?$/.exec(path)
    const recording = one && recordings.get(one[1]!)
    if (!recording) return notFound()
    if (method === 'DELETE') return removeRecording(recording)
    if (method !== 'GET') return restError(405, 20004, 'Method not allowed')
    if (one[2] === '.json') return json(200, presentRecording(accountSid, recording))
    return recording.status === 'completed' ? media(recording, one[2] === '.mp3' ? 'mp3' : 'wav') : notFound()
  }

  function withCall(sid: string, present: (call: CallRecord) => Answer): Answer | undefined {
    const call = calls.get(sid)
    return call && present(call)
  }

  function listCalls(url: URL): Answer {
    const query = url.searchParams
    const after = Date.parse(query.get('StartTime>') ?? '')
    const before = Date.parse(query.get('StartTime<') ?? '')
    const isWanted = (call: CallRecord) =>
      ['Status', 'To', 'From', 'ParentCallSid'].every((name) => {
        const wanted = query.get(name)
        return wanted === null || wanted === { Status: call.status, To: call.to, From: call.from, ParentCallSid: call.parentSid }[name]
      }) &&
      !(call.createdAtMs < after) &&
      !(call.createdAtMs > before)
    const shown = byNewest(calls.list().filter(isWanted)).map((call) => presentCall(accountSid, call))
    return json(200, presentPage('calls', url.pathname, query, shown))
  }

  function listRecordings(url: URL, callSid: string | null): Answer {
    const wanted = recordings.list().filter((recording) => callSid === null || recording.callSid === callSid)
    const shown = byNewest(wanted).map((recording) => presentRecording(accountSid, recording))
    return json(200, presentPage('recordings', url.pathname, url.searchParams, shown))
  }

  function endCall(call: CallRecord, form: URLSearchParams): Answer {
    if (form.has('Url') || form.has('Twiml')) return restError(400, 20001, 'The stand-in ends calls; it does not redirect them')
    if (!['completed', 'canceled'].includes(form.get('Status') ?? '')) return restError(400, 20001, "Invalid parameter 'Status'")
    if (isOver(call)) return restError(400, 21220, 'Call is not in-progress. Cannot redirect.')
    liveCall(call.sid)?.hangUp('api')
    return json(200, presentCall(accountSid, call))
  }

  function startRecording(call: CallRecord, form: URLSearchParams): Answer {
    const live = liveCall(call.sid)
    const isRefused = deps.refusesRecordingInRelay && live?.isInRelaySession()
    if (call.status !== 'in-progress' || !live?.isPreambleOver() || isRefused) {
      return restError(400, 21220, 'Requested resource is not eligible for recording')
    }
    const channels = form.get('RecordingChannels') ?? 'mono'
    const track = form.get('RecordingTrack') ?? 'both'
    const url = form.get('RecordingStatusCallback')
    const method = form.get('RecordingStatusCallbackMethod') ?? 'POST'
    const events = (form.getAll('RecordingStatusCallbackEvent').join(' ') || 'completed').split(/\s+/)
    if (!['mono', 'dual'].includes(channels)) return restError(400, 20001, "Invalid parameter 'RecordingChannels'")
    if (!['inbound', 'outbound', 'both'].includes(track)) return restError(400, 20001, "Invalid parameter 'RecordingTrack'")
    if (!['GET', 'POST'].includes(method)) return restError(400, 20001, "Invalid parameter 'RecordingStatusCallbackMethod'")
    if (url !== null && !/^https?:\/\//.test(url)) return restError(400, 21609, 'RecordingStatusCallback is not a valid URL')
    if (!events.every((event) => ['in-progress', 'completed', 'absent'].includes(event))) {
      return restError(400, 20001, "Invalid parameter 'RecordingStatusCallbackEvent'")
    }
    const callback = url === null ? null : { url, method, events }
    const options = { source: 'StartCallRecordingAPI' as const, channels: channels === 'dual' ? 2 : 1, track, callback }
    return json(201, presentRecording(accountSid, recordings.start(call, options)))
  }

  function changeRecording(callSid: string, sid: string, form: URLSearchParams): Answer | undefined {
    const recording = sid === 'Twilio.CURRENT' ? recordings.active(callSid) : recordings.get(sid)
    if (recording?.callSid !== callSid) return undefined
    const status = form.get('Status')
    if (status !== 'stopped' && status !== 'paused' && status !== 'in-progress') return restError(400, 20001, "Invalid parameter 'Status'")
    if (!['in-progress', 'paused'].includes(recording.status)) return restError(400, 21220, 'Recording is not in progress')
    if (status === 'stopped') recordings.stop(recording)
    else recording.status = status
    return json(200, { ...presentRecording(accountSid, recording), status })
  }

  function removeRecording(recording: RecordingRecord): Answer {
    if (recording.status === 'in-progress' || recording.status === 'paused') return restError(409, 20409, 'Recording is in progress')
    recordings.remove(recording.sid)
    return { status: 204 }
  }

  function media({ sid, durationSeconds }: RecordingRecord, format: 'wav' | 'mp3'): Answer {
    const seconds = durationSeconds ?? 1
    const isWav = format === 'wav'
    const length = isWav ? wavBytes(seconds) : mp3Bytes(seconds)
    return {
      status: 200,
      headers: { 'Content-Type': isWav ? 'audio/x-wav' : 'audio/mpeg', 'Content-Length': String(length) },
      body: toAsync(isWav ? makeWav(seconds, sid) : makeSilentMp3(seconds)),
    }
  }
}

async function* toAsync(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks
}
