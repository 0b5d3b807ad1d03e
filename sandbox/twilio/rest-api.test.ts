import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import twilio from 'twilio'
import type RequestClient from 'twilio/lib/base/RequestClient.js'
import type { PhoneCall } from './phone.ts'
import { dial } from './phone.ts'
import type { TwilioStandIn, TwilioStandInOptions } from './stand-in.ts'
import { startTwilioStandIn } from './stand-in.ts'
import { accountSid, authToken, caller, number, startTestApplication } from './test-application.ts'

class LoopbackClient extends twilio.RequestClient {
  readonly baseUrl: string

  constructor(baseUrl: string) {
    super()
    this.baseUrl = baseUrl
  }

  override request<Data>(options: RequestClient.RequestOptions<Data>) {
    return super.request<Data>({ ...options, uri: options.uri.replace('https://api.twilio.com', this.baseUrl) })
  }
}

describe("Twilio's REST API", () => {
  let application: Awaited<ReturnType<typeof startTestApplication>>
  let standIn: TwilioStandIn

  const sdk = (token = authToken) => twilio(accountSid, token, { httpClient: new LoopbackClient(standIn.url) })
  const start = async (options: Partial<TwilioStandInOptions> = {}) => {
    const pace = { wordMs: 1, secondMs: 1, processingMs: 1 }
    standIn = await startTwilioStandIn({ accountSid, authToken, numbers: application.numbers, pace, ...options })
  }
  const call = (waitFor: 'greeting' | 'answer' = 'greeting'): Promise<PhoneCall> =>
    dial({ to: number, from: caller, twilioUrl: standIn.url, waitFor })
  const media = (sid: string, extension: string) =>
    fetch(`${standIn.url}/2010-04-01/Accounts/${accountSid}/Recordings/${sid}.${extension}`, {
      headers: { Authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
    })

  beforeEach(async () => {
    application = await startTestApplication()
    application.answerWithRelay()
  })
  afterEach(async () => {
    await standIn.stop()
    await application.stop()
  })

  it('shows a call as it goes and after it, and ends it', async () => {
    await start()
    const phone = await call()
    expect(await sdk().calls(phone.callSid).fetch()).toMatchObject({ status: 'in-progress', from: caller, to: number, direction: 'inbound', endTime: null })
    await sdk().calls(phone.callSid).update({ status: 'completed' })
    expect(await phone.ended).toMatchObject({ by: 'api' })
    expect(await sdk().calls(phone.callSid).fetch()).toMatchObject({ status: 'completed', duration: '1', endTime: expect.any(Date) })
    await expect(sdk().calls(phone.callSid).update({ status: 'completed' })).rejects.toMatchObject({ status: 400, code: 21220 })
    expect((await sdk().calls.list({ from: caller, pageSize: 1 })).map(({ sid }) => sid)).toEqual([phone.callSid])
    expect(await sdk().calls.list({ startTimeBefore: new Date(0) })).toEqual([])
  })

  it('refuses a wrong token, and knows nothing of what is not there', async () => {
    await start()
    await expect(sdk('wrong-token-wrong-token').calls.list()).rejects.toMatchObject({ status: 401, code: 20003 })
    await expect(sdk().calls(`CA${'f'.repeat(32)}`).fetch()).rejects.toMatchObject({ status: 404, code: 20404 })
    await expect(sdk().recordings(`RE${'f'.repeat(32)}`).fetch()).rejects.toMatchObject({ status: 404, code: 20404 })
  })

  it('records from start to file: one recording a call, its callback signed, its audio playable, gone once deleted', async () => {
    await start()
    const phone = await call()
    const options = { recordingStatusCallback: `${application.origin}/recording`, recordingStatusCallbackEvent: ['completed'] }
    const { sid } = await sdk().calls(phone.callSid).recordings.create(options)
    expect((await sdk().calls(phone.callSid).recordings.create(options)).sid).toBe(sid)
    expect((await media(sid, 'wav')).status).toBe(404)
    await sdk().calls(phone.callSid).recordings('Twilio.CURRENT').update({ status: 'stopped' })
    await phone.hangUp()
    expect(application.received.filter(({ path }) => path === '/recording').map(({ params }) => params)).toEqual([
      expect.objectContaining({ CallSid: phone.callSid, RecordingSid: sid, RecordingStatus: 'completed', RecordingDuration: '1', RecordingSource: 'StartCallRecordingAPI' }),
    ])
    expect((await sdk().recordings.list({ callSid: phone.callSid })).map(({ sid, status, duration }) => [sid, status, duration])).toEqual([[sid, 'completed', '1']])
    const wav = Buffer.from(await (await media(sid, 'wav')).arrayBuffer())
    expect(wav.subarray(0, 4).toString() + wav.subarray(8, 12).toString()).toBe('RIFFWAVE')
    expect([wav.readUInt32LE(4) + 8, wav.readUInt16LE(22), wav.readUInt32LE(24), wav.readUInt16LE(34)]).toEqual([wav.length, 1, 8_000, 16])
    expect(wav.length).toBe(44 + 16_000)
    expect(Buffer.from(await (await media(sid, 'wav')).arrayBuffer()).equals(wav)).toBe(true)
    expect((await (await media(sid, 'mp3')).arrayBuffer()).byteLength).toBe(14 * 72)
    expect(await sdk().recordings(sid).remove()).toBe(true)
    await expect(sdk().recordings(sid).remove()).rejects.toMatchObject({ status: 404 })
    expect((await media(sid, 'wav')).status).toBe(404)
  })

  it('P-consent: no recording starts before the disclosure was heard, nor after the call', async () => {
    application.answerWithRelay('', { disclosure: '<Say>This call is recorded.</Say><Pause length="100"/>' })
    await start({ pace: { wordMs: 1, secondMs: 1_000 } })
    const phone = await call('answer')
    await expect(sdk().calls(phone.callSid).recordings.create()).rejects.toMatchObject({ status: 400, code: 21220 })
    await phone.hangUp()
    await expect(sdk().calls(phone.callSid).recordings.create()).rejects.toMatchObject({ status: 400, code: 21220 })
  })

  it('can refuse recordings by API during a session, while the one that TwiML started goes on', async () => {
    const recording = `<Recording recordingStatusCallback="${application.origin}/recording"/>`
    application.answerWithRelay('', { disclosure: `<Say>This call is recorded.</Say><Start>${recording}</Start>` })
    await start({ refusesRecordingInRelay: true })
    const phone = await call()
    await expect(sdk().calls(phone.callSid).recordings.create()).rejects.toMatchObject({ code: 21220 })
    await phone.hangUp()
    expect(application.received.find(({ path }) => path === '/recording')!.params).toMatchObject({ RecordingSource: 'StartCallRecordingTwiML' })
  })

  it('has the troubles it is told to have', async () => {
    await start()
    standIn.setFaults([{ on: 'GET', kind: 'status', status: 429, retryAfterSeconds: 7, times: 1 }, { on: 'GET', kind: 'reset', times: 1 }])
    const list = `${standIn.url}/2010-04-01/Accounts/${accountSid}/Calls.json`
    const limited = await fetch(list)
    expect([limited.status, limited.headers.get('retry-after'), await limited.json()]).toEqual([429, '7', expect.objectContaining({ code: 20429 })])
    await expect(fetch(list)).rejects.toThrow()
    expect((await fetch(list)).status).toBe(401)
    await fetch(`${standIn.url}/admin/faults`, { method: 'POST', body: '[{"kind":"wrong-json"}]' })
    await expect((await fetch(list)).json()).rejects.toThrow()
    expect((await fetch(`${standIn.url}/admin/faults`, { method: 'POST', body: '[{"kind":"no such"}]' })).status).toBe(400)
  })

  it('remembers calls and recordings over a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'twilio-stand-in-'))
    await start({ dataDir })
    const { callSid, hangUp } = await call()
    const { sid } = await sdk().calls(callSid).recordings.create()
    await hangUp()
    await standIn.stop()
    await start({ dataDir })
    expect(await sdk().calls(callSid).fetch()).toMatchObject({ status: 'completed' })
    expect((await media(sid, 'wav')).status).toBe(200)
    await rm(dataDir, { recursive: true })
  })
})
