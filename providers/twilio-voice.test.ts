import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createTwilioVoice, type TwilioVoice } from './twilio-voice.ts'

const accountSid = `AC${'0'.repeat(32)}`
const authToken = 'the-auth-token-of-this-test'
const callSid = `CA${'1'.repeat(32)}`
const recordingSid = `RE${'2'.repeat(32)}`
const account = `/2010-04-01/Accounts/${accountSid}`
const callback = 'https://voice.example/twilio/recording'

interface Asked {
  line: string
  authorization: string | undefined
  form: string[]
}
type Answer = (response: ServerResponse, request: IncomingMessage) => void

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => (response) =>
  void response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body))
const recordings = (...list: object[]) => json(200, { recordings: list, next_page_uri: null })
const refusal = (status: number) => json(status, { status, code: 20_000 + status, message: 'no', more_info: '' })

describe('createTwilioVoice', () => {
  let server: Server
  let voice: TwilioVoice
  let asked: Asked[]
  let answers: Record<string, Answer>

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const line = `${request.method} ${request.url}`
      const form = [...new URLSearchParams(await text(request))].map((field) => field.join('='))
      asked.push({ line, authorization: request.headers.authorization, form })
      const answer = answers[line] ?? refusal(404)
      answer(response, request)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    voice = createTwilioVoice({ accountSid, authToken, baseUrl, timeoutMs: 300 })
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  beforeEach(() => {
    asked = []
    answers = {}
  })

  const list = `GET ${account}/Calls/${callSid}/Recordings.json?PageSize=50`
  const create = `POST ${account}/Calls/${callSid}/Recordings.json`
  const download = `GET ${account}/Recordings/${recordingSid}.wav`
  const basic = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`

  it('reads a call, times in epoch milliseconds, null for what is not known yet', async () => {
    const call = { sid: callSid, status: 'completed', duration: '61', start_time: 'Tue, 24 Nov 2026 12:00:00 +0000', end_time: null }
    answers[`GET ${account}/Calls/${callSid}.json`] = json(200, call)
    await expect(voice.fetchCall(callSid)).resolves.toEqual({
      status: 'completed',
      durationSeconds: 61,
      startedAtMs: Date.UTC(2026, 10, 24, 12),
      endedAtMs: null,
    })
    expect(asked[0]?.authorization).toBe(basic)
  })

  it('starts a recording once: that of an earlier try is found, an absent one is not taken for it', async () => {
    answers[list] = recordings({ sid: `RE${'9'.repeat(32)}`, status: 'absent', duration: null })
    answers[create] = json(201, { sid: recordingSid, status: 'in-progress', duration: '-1' })
    await expect(voice.startRecording(callSid, callback)).resolves.toBe(recordingSid)
    expect(asked[1]?.form.sort()).toEqual([
      `RecordingStatusCallback=${callback}`,
      'RecordingStatusCallbackEvent=absent',
      'RecordingStatusCallbackEvent=completed',
      'RecordingStatusCallbackMethod=POST',
    ])

    answers[list] = recordings({ sid: recordingSid, status: 'in-progress', duration: '-1' })
    await expect(voice.startRecording(callSid, callback)).resolves.toBe(recordingSid)
    expect(asked.filter(({ line }) => line === create)).toHaveLength(1)
    await expect(voice.listRecordings(callSid)).resolves.toEqual([
      { sid: recordingSid, status: 'in-progress', durationSeconds: null },
    ])
  })

  it('stops and deletes; what is gone already is as wanted', async () => {
    const stop = `POST ${account}/Calls/${callSid}/Recordings/Twilio.CURRENT.json`
    answers[stop] = json(200, { sid: recordingSid, status: 'stopped' })
    await voice.stopRecording(callSid)
    expect(asked[0]).toMatchObject({ line: stop, form: ['Status=stopped'] })
    await voice.deleteRecording(recordingSid)
    expect(asked[1]?.line).toBe(`DELETE ${account}/Recordings/${recordingSid}.json`)
    answers = {}
    await voice.stopRecording(callSid)
    answers[`DELETE ${account}/Recordings/${recordingSid}.json`] = refusal(403)
    await expect(voice.deleteRecording(recordingSid)).rejects.toMatchObject({ code: 'vendor-refused' })
  })

  it('downloads a recording as a stream, with the same credentials', async () => {
    answers[download] = (response) => {
      response.writeHead(200, { 'Content-Type': 'audio/x-wav', 'Content-Length': 6 }).write('RIF')
      setImmediate(() => response.end('F..'))
    }
    const { contentType, contentLength, body } = await voice.downloadRecording(recordingSid)
    expect({ contentType, contentLength, bytes: await text(body) }).toEqual({
      contentType: 'audio/x-wav',
      contentLength: 6,
      bytes: 'RIFF..',
    })
    expect(asked[0]?.authorization).toBe(basic)
  })

  it.each<[string, Answer]>([
    ['breaks off', (response) => void response.writeHead(200, { 'Content-Length': 9 }).write('RIFF', () => response.destroy())],
    ['stalls', (response) => void response.writeHead(200, { 'Content-Length': 9 }).write('RIFF')],
  ])('a download that %s fails with a code', async (_, answer) => {
    answers[download] = answer
    const { body } = await voice.downloadRecording(recordingSid)
    await expect(text(body)).rejects.toMatchObject({ code: 'vendor-unavailable' })
  })

  it('a download that is not there yet, or refused, says so', async () => {
    await expect(voice.downloadRecording(recordingSid)).rejects.toMatchObject({ code: 'recording-not-ready' })
    answers[download] = refusal(401)
    await expect(voice.downloadRecording(recordingSid)).rejects.toMatchObject({ code: 'vendor-refused' })
  })

  it.each<[string, Answer, object]>([
    ['429', json(429, {}, { 'Retry-After': '7' }), { code: 'vendor-rate-limited', retryAfterMs: 7_000 }],
    ['429 without a time', refusal(429), { code: 'vendor-rate-limited', retryAfterMs: undefined }],
    ['500', refusal(500), { code: 'vendor-unavailable' }],
    ['503 in HTML', (response) => void response.writeHead(503).end('<html>'), { code: 'vendor-unavailable' }],
    ['404', refusal(404), { code: 'vendor-refused' }],
    ['a reset', (response) => void response.destroy(), { code: 'vendor-unavailable' }],
    ['no answer', () => {}, { code: 'vendor-unavailable' }],
    ['half a body', (response) => void response.writeHead(200).write('{"sid":', () => response.destroy()), { code: 'vendor-unavailable' }],
    ['no JSON', (response) => void response.writeHead(200).end('<html>'), { code: 'vendor-answer-malformed' }],
    ['other JSON', json(200, { hello: 'world' }), { code: 'vendor-answer-malformed' }],
    ['null', json(200, null), { code: 'vendor-answer-malformed' }],
  ])('%s is a coded failure that holds no credentials', async (_, answer, expected) => {
    answers[`GET ${account}/Calls/${callSid}.json`] = answer
    const failure = await voice.fetchCall(callSid).catch((error: Error) => error)
    expect(failure).toMatchObject(expected)
    expect(JSON.stringify([failure, (failure as Error).message, (failure as Error).cause])).not.toContain(authToken)
    expect(asked).toHaveLength(1)
  })
})
