import twilio from 'twilio'
import { z } from 'zod'
import { callBounds } from '../domain/call-bounds.ts'
import { Failure } from '../domain/failure.ts'
import { openMedia, type Media } from './twilio-media.ts'
import { vendorFailure } from './vendor-failure.ts'

/** What the SDK's client has for an answer's headers. */
type AxiosHeaders = Pick<Headers, 'get'>

const origin = 'https://api.twilio.com'
const answerWithinMs = 10_000
const maxAnswerBytes = 1024 * 1024
const maxRecordingsPerCall = 50

/** Seconds as text, and -1 or nothing while they are not known. */
const duration = z.string().regex(/^(-?\d{1,7})?$/).nullish()
const callSchema = z.object({
  status: z.string(),
  duration,
  startTime: z.date().nullish(),
  endTime: z.date().nullish(),
})
const recordingSchema = z.object({ sid: z.string(), status: z.string(), duration })

export interface TwilioCall {
  /** queued, ringing, in-progress, completed, busy, failed, no-answer or canceled. */
  status: string
  durationSeconds: number | null
  startedAtMs: number | null
  endedAtMs: number | null
}

export interface TwilioRecording {
  sid: string
  /** in-progress, paused, stopped, processing, completed or absent; only a completed one can be downloaded. */
  status: string
  durationSeconds: number | null
}

export type RecordingDownload = Pick<Media, 'contentType' | 'contentLength' | 'body'>

export type TwilioVoice = ReturnType<typeof createTwilioVoice>

/**
 * Calls and recordings of one Twilio account, through Twilio's REST API of 2010-04-01.
 * Every method throws Failure `vendor-rate-limited` (429, with `retryAfterMs` where Twilio says), `vendor-unavailable` (5xx, reset,
 * no answer within `timeoutMs`), `vendor-refused` (any other 4xx) or `vendor-answer-malformed`; nothing is tried again here.
 */
export function createTwilioVoice(options: {
  accountSid: string
  authToken: string
  baseUrl?: string
  timeoutMs?: number
}) {
  const { accountSid, authToken, baseUrl = origin, timeoutMs = answerWithinMs } = options
  const httpClient = createHttpClient(baseUrl, timeoutMs)
  const client = twilio(accountSid, authToken, { httpClient, autoRetry: false })

  async function listRecordings(callSid: string): Promise<TwilioRecording[]> {
    const recordings = await coded(client.calls(callSid).recordings.list({ limit: maxRecordingsPerCall }))
    return parse(z.array(recordingSchema), recordings).map(({ sid, status, duration }) => ({
      sid,
      status,
      durationSeconds: toSeconds(duration),
    }))
  }

  return {
    listRecordings,

    async fetchCall(callSid: string): Promise<TwilioCall> {
      const call = parse(callSchema, await coded(client.calls(callSid).fetch()))
      return {
        status: call.status,
        durationSeconds: toSeconds(call.duration),
        startedAtMs: call.startTime?.getTime() ?? null,
        endedAtMs: call.endTime?.getTime() ?? null,
      }
    },

    /**
     * Starts recording a call in progress, unless it was started before: Twilio has no idempotency keys, so the
     * recording of an earlier try is looked for first. Resolves to the recording's SID.
     */
    async startRecording(callSid: string, statusCallback: string): Promise<string> {
      const earlier = (await listRecordings(callSid)).find(({ status }) => status !== 'absent')
      if (earlier) return earlier.sid
      const started = client.calls(callSid).recordings.create({
        recordingStatusCallback: statusCallback,
        recordingStatusCallbackMethod: 'POST',
        recordingStatusCallbackEvent: ['completed', 'absent'],
      })
      return parse(recordingSchema, await coded(started)).sid
    },

    /** Stops what is being recorded of a call; a call of which nothing is being recorded is as wanted. */
    async stopRecording(callSid: string): Promise<void> {
      await coded(client.calls(callSid).recordings('Twilio.CURRENT').update({ status: 'stopped' })).catch(unlessMissing)
    },

    /**
     * Opens a finished recording as WAV. `body` must be read or returned from; reading it fails with
     * `vendor-unavailable` when it breaks off or stalls, and with `recording-corrupt` past callBounds.maxRecordingBytes.
     * @throws Failure `recording-not-ready` where Twilio has no such file (yet).
     */
    async downloadRecording(recordingSid: string): Promise<RecordingDownload> {
      const { status, headers, ...download } = await openMedia({
        url: new URL(`/2010-04-01/Accounts/${accountSid}/Recordings/${recordingSid}.wav`, baseUrl),
        authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
        timeoutMs,
        maxBytes: callBounds.maxRecordingBytes,
      })
      if (status === 404) throw new Failure('recording-not-ready', 'Twilio has no such recording to download')
      if (status !== 200) throw vendorFailure('Twilio', status, headers)
      return download
    },

    /** Deletes a recording for good; one that is gone already is as wanted. */
    async deleteRecording(recordingSid: string): Promise<void> {
      await coded(client.recordings(recordingSid).remove()).catch(unlessMissing)
    },
  }
}

/** The SDK's own client, sent to another origin: the SDK writes Twilio's into every address. */
function createHttpClient(baseUrl: string, timeoutMs: number) {
  const httpClient = new twilio.RequestClient({ timeout: timeoutMs })
  httpClient.axios.defaults.maxContentLength = maxAnswerBytes
  const send = httpClient.request.bind(httpClient)
  httpClient.request = async (request) => {
    const response = await send({ ...request, uri: request.uri.replace(origin, baseUrl.replace(/\/+$/, '')) })
    const { statusCode: status, headers } = response
    if (status >= 400) throw vendorFailure('Twilio', status, headers as AxiosHeaders, { status })
    return response
  }
  return httpClient
}

function unlessMissing(error: Failure): void {
  if ((error.cause as { status?: number } | undefined)?.status !== 404) throw error
}

function parse<T>(schema: z.ZodType<T>, answer: unknown): T {
  const result = schema.safeParse(answer)
  if (!result.success) throw new Failure('vendor-answer-malformed', 'Twilio answered something else than it should')
  return result.data
}

function toSeconds(text: string | null | undefined): number | null {
  return text && /^\d+$/.test(text) ? Number(text) : null
}

/** The SDK's own errors hold the request, and with it the auth token: none leaves here. */
async function coded<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Failure) throw error
    const { isAxiosError, code } = error as { isAxiosError?: boolean; code?: string }
    if (isAxiosError) throw vendorFailure('Twilio', null, null, { code })
    throw new Failure('vendor-answer-malformed', 'Twilio answered something else than it should')
  }
}
