import type { PhoneEvent } from './phone.ts'
import { dial } from './phone.ts'
import type { TwilioStandIn, TwilioStandInOptions } from './stand-in.ts'
import { startTwilioStandIn } from './stand-in.ts'
import { accountSid, authToken, caller, number, startTestApplication } from './test-application.ts'

type Application = Awaited<ReturnType<typeof startTestApplication>>

describe('a call through the Twilio stand-in', () => {
  let application: Application
  let twilio: TwilioStandIn
  let events: PhoneEvent[]

  async function start(options: Partial<TwilioStandInOptions> = {}) {
    const pace = { wordMs: 1, secondMs: 1, processingMs: 1 }
    twilio = await startTwilioStandIn({ accountSid, authToken, numbers: application.numbers, pace, ...options })
  }
  let onLost = () => {}
  const lost = () => new Promise<void>((resolve) => (onLost = resolve))
  const onEvent = (event: PhoneEvent) => {
    events.push(event)
    if (event.type === 'reconnect') onLost()
  }
  const call = () => dial({ to: number, from: caller, twilioUrl: twilio.url, onEvent })
  const eventsOf = (type: PhoneEvent['type']) => events.filter((event) => event.type === type)
  const paramsOf = (path: string) => application.received.filter((each) => each.path === path).map(({ params }) => params)

  beforeEach(async () => {
    events = []
    application = await startTestApplication()
  })
  afterEach(async () => {
    await twilio.stop()
    await application.stop()
  })

  it('rings the signed webhook, says the disclosure, opens the signed session, greets, and answers a turn', async () => {
    application.answerWithRelay()
    application.answerPrompts('We are open until six.')
    await start()
    const phone = await call()
    expect(paramsOf('/voice')).toEqual([
      expect.objectContaining({ CallSid: phone.callSid, CallStatus: 'ringing', From: caller, To: number, Direction: 'inbound', AccountSid: accountSid }),
    ])
    expect(eventsOf('disclosure')).toEqual([{ type: 'disclosure', text: 'This call is recorded.' }])
    expect(eventsOf('greeting')).toEqual([{ type: 'greeting', text: 'Hello there.' }])
    const reply = await phone.say('When do you close?')
    expect(reply).toEqual({ text: 'We are open until six.', filler: '', firstWordMs: expect.any(Number), isInterrupted: false, endedBy: 'reply-end' })
    expect(application.frames.map(({ type }) => type)).toEqual(['setup', 'prompt'])
    expect(application.frames[0]).toMatchObject({ callSid: phone.callSid, from: caller, to: number, customParameters: { token: 't' } })
    expect(application.frames[1]).toEqual({ type: 'prompt', voicePrompt: 'When do you close?', lang: 'en-US', last: true })
    await phone.hangUp()
    expect(paramsOf('/action')).toEqual([
      expect.objectContaining({ SessionStatus: 'completed', CallStatus: 'completed', SessionId: application.frames[0]!.sessionId }),
    ])
    expect(paramsOf('/status')).toEqual([expect.objectContaining({ CallSid: phone.callSid, CallStatus: 'completed', CallDuration: '1' })])
    expect(twilio.debugger()).toEqual([])
  })

  it('a barge-in tells exactly the words that were heard, then the prompt', async () => {
    application.answerWithRelay('events="speaker-events tokens-played"')
    application.answerPrompts('One two three four five six seven eight.')
    await start({ pace: { wordMs: 5 } })
    const phone = await call()
    const first = phone.say('Count')
    const second = phone.interrupt('Stop', { afterWords: 3 })
    expect(await first).toMatchObject({ text: 'One two three', isInterrupted: true, endedBy: 'interrupt' })
    expect(await second).toMatchObject({ text: 'One two three four five six seven eight.', isInterrupted: false })
    const order = application.frames.filter(({ type }) => type === 'interrupt' || type === 'prompt')
    expect(order.map(({ type }) => type)).toEqual(['prompt', 'interrupt', 'prompt'])
    expect(order[1]).toEqual({ type: 'interrupt', utteranceUntilInterrupt: 'One two three', durationUntilInterruptMs: expect.any(Number) })
    const played = application.framesOf('info').filter(({ name }) => name === 'tokensPlayed').map(({ value }) => value)
    expect(played.join(' ')).toBe('Hello there. One two three One two three four five six seven eight.')
  })

  it('what may not be interrupted is not, and input over it is not reported', async () => {
    application.answerWithRelay('interruptible="none"')
    application.answerPrompts('Please listen to all of this.')
    await start({ pace: { wordMs: 5 } })
    const phone = await call()
    const first = phone.say('Hello')
    const second = phone.interrupt('But', { afterWords: 2 })
    expect(await second).toMatchObject({ text: '', endedBy: 'unheard' })
    expect(await first).toMatchObject({ text: 'Please listen to all of this.', isInterrupted: false })
    expect(application.frames.map(({ type }) => type)).toEqual(['setup', 'prompt'])
  })

  it('keys are reported one by one, only where they are asked for', async () => {
    application.answerWithRelay('dtmfDetection="true"')
    await start()
    const phone = await call()
    phone.press('12#')
    await application.until(() => application.framesOf('dtmf').length === 3)
    expect(application.framesOf('dtmf').map(({ digit }) => digit)).toEqual(['1', '2', '#'])
  })

  it('malformed frames are answered with an error; ten in a row end the session', async () => {
    application.answerWithRelay()
    application.handleFrames((frame, send) => {
      if (frame.type === 'prompt') Array.from({ length: 10 }, () => send({ type: 'text', token: 7 }))
    })
    await start()
    const phone = await call()
    expect(await phone.say('Hello')).toMatchObject({ text: '', endedBy: 'session-end' })
    await phone.ended
    expect(application.framesOf('error')).toHaveLength(10)
    expect(paramsOf('/action')).toEqual([expect.objectContaining({ SessionStatus: 'failed', CallStatus: 'in-progress', ErrorCode: '64105' })])
    expect(twilio.debugger().filter(({ code }) => code === 64107)).toHaveLength(10)
  })

  it('end hands over its data, and what was not spoken by then is not heard', async () => {
    application.answerWithRelay()
    application.answer('/action', '<Response><Say>Goodbye.</Say><Hangup/></Response>')
    application.handleFrames((frame, send) => {
      if (frame.type !== 'prompt') return
      send({ type: 'text', token: 'One two three', last: true })
      send({ type: 'end', handoffData: '{"reason":"end"}' })
    })
    await start({ pace: { wordMs: 50 } })
    const phone = await call()
    expect(await phone.say('Bye')).toMatchObject({ text: 'One', endedBy: 'session-end' })
    expect(twilio.debugger()).toEqual([expect.objectContaining({ level: 'warning', message: expect.stringContaining('2 words before the end') })])
    expect(await phone.ended).toMatchObject({ status: 'completed', by: 'business' })
    expect(paramsOf('/action')[0]).toMatchObject({ SessionStatus: 'ended', CallStatus: 'in-progress', HandoffData: '{"reason":"end"}' })
    expect(eventsOf('announcement')).toEqual([{ type: 'announcement', text: 'Goodbye.' }])
  })

  it('a dropped socket fails the session, unless it may reconnect: then what happened meanwhile is sent after the same setup', async () => {
    application.answerWithRelay()
    await start()
    const first = await call()
    application.dropSockets()
    await first.ended
    expect(paramsOf('/action')).toEqual([expect.objectContaining({ SessionStatus: 'failed', ErrorCode: '64105' })])

    application.frames.length = 0
    application.answerWithRelay('applicationReconnect="true"')
    application.answerPrompts('Still here.')
    const second = await call()
    application.dropSockets()
    await lost()
    expect(await second.say('Are you there?')).toMatchObject({ text: 'Still here.' })
    expect(application.framesOf('setup').map(({ sessionId }) => sessionId)).toEqual([application.frames[0]!.sessionId, application.frames[0]!.sessionId])
    expect(application.framesOf('prompt')).toHaveLength(1)
    expect(eventsOf('reconnect').map((event) => 'state' in event && event.state)).toEqual(['lost', 'back'])
  })

  it('a webhook that fails gets the fallback, told why; without one the caller hears an apology', async () => {
    application.answer('/voice', 503)
    application.answer('/fallback', '<Response><Say>Please call later.</Say></Response>')
    await start()
    await (await call()).ended
    expect(eventsOf('disclosure')).toEqual([{ type: 'disclosure', text: 'Please call later.' }])
    expect(paramsOf('/fallback')).toEqual([expect.objectContaining({ ErrorCode: '11200', ErrorUrl: `${application.origin}/voice` })])

    application.answer('/fallback', '<Response><Nothing/></Response>')
    await (await call()).ended
    expect(eventsOf('announcement')).toEqual([{ type: 'announcement', text: expect.stringContaining('application error') }])
  })

  it.each([
    ['answers', 'completed', 'true'],
    ['no-answer', 'no-answer', 'false'],
    ['busy', 'busy', 'false'],
  ] as const)('a dialled number that %s comes back to the action as %s', async (outcome, status, bridged) => {
    application.answer('/voice', `<Response><Dial timeout="5" action="${application.origin}/action">+15557650009</Dial></Response>`)
    application.answer('/action', '<Response><Hangup/></Response>')
    await start({ callees: { '+15557650009': { outcome } } })
    await (await call()).ended
    expect(paramsOf('/action')).toEqual([expect.objectContaining({ DialCallStatus: status, DialBridged: bridged, CallStatus: 'in-progress' })])
    expect(eventsOf('transfer').at(-1)).toEqual({ type: 'transfer', number: '+15557650009', status })
  })

  it('a filler gives way to the answer, and is not part of it', async () => {
    application.answerWithRelay()
    application.handleFrames((frame, send) => {
      if (frame.type !== 'prompt') return
      send({ type: 'text', token: 'One moment please', last: true, preemptible: true })
      send({ type: 'text', token: 'Here it is.', last: true })
    })
    await start({ pace: { wordMs: 5 } })
    expect(await (await call()).say('Where?')).toMatchObject({ text: 'Here it is.', filler: 'One' })
  })

  it('P-tls: plays the proxy that ends https and wss of a public origin, signing what is public', async () => {
    application.answerWithRelay('', { url: 'wss://voice.example.com/relay' })
    application.answerPrompts('Safe and sound.')
    const origins = { 'https://voice.example.com': application.origin }
    await start({ origins, numbers: [{ e164: number, voiceUrl: 'https://voice.example.com/voice' }] })
    expect(await (await call()).say('Hello?')).toMatchObject({ text: 'Safe and sound.' })
  })

  it('a session whose url is neither wss nor on loopback is refused', async () => {
    application.answerWithRelay('', { url: 'https://voice.example.com/relay' })
    await start()
    await (await call()).ended
    expect(paramsOf('/action')).toEqual([expect.objectContaining({ SessionStatus: 'failed', ErrorCode: '64101' })])
  })

  it('sends an eager prompt before the final one where partial prompts are asked for', async () => {
    application.answerWithRelay('partialPrompts="true" speechModel="flux"')
    application.answerPrompts('Yes.')
    await start()
    await (await call()).say('Are you open on Sunday mornings?')
    expect(application.framesOf('prompt').map(({ voicePrompt, last }) => [voicePrompt, last])).toEqual([
      ['Are you open', false],
      ['Are you open on Sunday mornings?', false],
      ['Are you open on Sunday mornings?', true],
    ])
  })

  it('a backchannel interrupts nothing where it is to be ignored', async () => {
    application.answerWithRelay('ignoreBackchannel="true"')
    application.answerPrompts('One two three four.')
    await start({ pace: { wordMs: 5 } })
    const phone = await call()
    const reply = phone.say('Count')
    expect(await phone.interrupt('mm-hmm', { afterWords: 2 })).toMatchObject({ endedBy: 'unheard' })
    expect(await reply).toMatchObject({ text: 'One two three four.', isInterrupted: false })
  })

  it('may send again after a reconnect what it had sent before the drop', async () => {
    application.answerWithRelay('applicationReconnect="true"')
    application.answerPrompts('Yes.')
    await start()
    twilio.setResentFrames(1)
    const phone = await call()
    await phone.say('Open?')
    application.dropSockets()
    await application.until(() => application.framesOf('prompt').length === 2)
    expect(application.frames.map(({ type }) => type)).toEqual(['setup', 'prompt', 'setup', 'prompt'])
  })

  it('a webhook that does not answer in time gets the fallback, too', async () => {
    application.answer('/voice', 'never')
    application.answer('/fallback', '<Response><Reject/></Response>')
    await start({ webhookTimeoutMs: 20 })
    expect(await (await call()).ended).toMatchObject({ status: 'no-answer', durationSeconds: 0 })
    expect(paramsOf('/fallback')).toEqual([expect.objectContaining({ ErrorCode: '11205' })])
  })

  it('the voice webhook comes more than once on demand, for one call', async () => {
    application.answer('/voice', '<Response><Hangup/></Response>')
    await start()
    twilio.setFaults([{ on: 'webhook voice', kind: 'duplicate', copies: 3, times: 1 }])
    const { callSid } = await call()
    expect(paramsOf('/voice').map(({ CallSid }) => CallSid)).toEqual([callSid, callSid, callSid])
  })

  it('callbacks are lost and doubled on demand', async () => {
    application.answer('/voice', '<Response><Hangup/></Response>')
    await start()
    twilio.setFaults([{ on: 'callback status', kind: 'lose', times: 1 }, { on: 'callback status', kind: 'duplicate', copies: 3, times: 1 }])
    await (await call()).ended
    expect(paramsOf('/status')).toHaveLength(0)
    await (await call()).ended
    expect(paramsOf('/status')).toHaveLength(3)
  })

  it('a number that is not in service, and a line that is not there, are told', async () => {
    await start()
    await expect(dial({ to: '+15550000000', from: caller, twilioUrl: twilio.url })).rejects.toThrow('+15550000000 is not in service')
    await expect(dial({ to: number, from: caller, twilioUrl: 'http://127.0.0.1:1' })).rejects.toThrow('No telephone line')
  })
})
