import { callBounds } from '../domain/call-bounds.ts'
import { closedAtMs, createTestCall, openAtMs, toolCall } from '../test/kit/scripted-turn.ts'
import { english } from './phrases-english.ts'

const always = { transfer: { number: '+12065550142', when: 'always' as const } }
const expectNoModel = (call: ReturnType<typeof createTestCall>) => expect(call.model.streams).toHaveLength(0)

describe('an emergency', () => {
  it('is told to call for help, without a model, and offered a person where that is allowed', async () => {
    const call = createTestCall({ knowledge: always })
    const result = await call.turn("help my husband can't breathe")
    expect(result.text).toBe(`${english.emergency('nine one one')} ${english.emergencyTransferOffer}`)
    expect(result).toMatchObject({ action: null, events: [{ event: 'emergency', text: "help my husband can't breathe" }] })
    expect((await call.turn('yes please')).action).toMatchObject({ type: 'transfer' })
    expectNoModel(call)
  })

  it('is offered nobody where nobody may be rung', async () => {
    const call = createTestCall()
    expect((await call.turn('there is a fire in the kitchen')).text).toBe(english.emergency('nine one one'))
  })

  it.each([
    [{ business: { name: 'A', phone: '+442071838750' } }, 'nine nine nine'],
    [{ business: { name: 'A', phone: '+4930123456' } }, 'one one two'],
    [{ business: { name: 'A' }, voice: { language: 'en-AU' } }, 'zero zero zero'],
    [{ business: { name: 'A' }, voice: { language: 'en-ZW' } }, 'your local emergency number'],
  ])('names the number of the country that the business is in', async (knowledge, number) => {
    expect((await createTestCall({ knowledge }).turn('my house is on fire')).text).toContain(`dial ${number}.`)
  })

  it('comes before everything else that is open', async () => {
    const call = createTestCall()
    await call.turn('message please', [toolCall('take_message', { callerName: '', callbackNumber: '', text: 'Call me', urgency: 'normal' })])
    expect((await call.turn("yes oh god she's unconscious")).events).toMatchObject([{ event: 'emergency' }])
    expect(call.kept).toEqual([])
  })
})

describe('who asks for a person', () => {
  it('is put through at the second request, whatever the model made of the first', async () => {
    const call = createTestCall({ knowledge: always })
    await call.turn('can I speak to a human', ['How can I help you?'])
    const result = await call.turn('I want to talk to a real person')
    expect(result).toMatchObject({ text: english.transferring, action: { type: 'transfer' }, events: [{ event: 'transfer-requested' }] })
    expect(call.model.streams).toHaveLength(1)
  })

  it('is asked for a message when nobody can be reached, and the message is taken', async () => {
    const call = createTestCall({ knowledge: { transfer: { number: '+12065550142', when: 'open-hours' } }, atMs: closedAtMs })
    await call.turn('can I speak to a human', ['How can I help you?'])
    expect(await call.turn('get me a representative')).toMatchObject({ text: english.noTransfer, action: null })
    const failing = await call.turn('I am Ann, I want to speak to someone about my bill', [new Error('reset')], [new Error('reset')])
    expect(failing.text).toContain('I want to speak to someone about my bill.')
    await call.turn('yes')
    expect(call.kept).toHaveLength(1)
  })

  it('is put through at once when the model is out', async () => {
    const call = createTestCall({ knowledge: always })
    await call.turn('hello', [new Error('reset')], [new Error('reset')])
    expect((await call.turn('let me talk to a person')).action).toMatchObject({ type: 'transfer' })
  })

  it('is remembered across a lost connection', async () => {
    const line = { seq: 1, atMs: openAtMs, event: null, isInterrupted: false, firstTokenMs: null, passages: [] }
    const call = createTestCall({ knowledge: always, history: [{ ...line, key: 'a', role: 'caller', text: 'a human please' }] })
    expect((await call.turn('representative')).action).toMatchObject({ type: 'transfer' })
  })
})

describe('who objects', () => {
  it('to being recorded hears that it stopped only after it did', async () => {
    const call = createTestCall()
    const { promise, resolve } = Promise.withResolvers<void>()
    call.ports.stopRecording = () => promise
    const turn = call.begin("I don't want to be recorded")
    await call.clock.advance(callBounds.fillerAfterMs)
    expect(call.said).toEqual([])
    expect(call.fillers).toEqual([english.filler])
    resolve()
    expect(await turn).toMatchObject({ text: english.recordingStopped, events: [{ event: 'recording-objected' }] })
    expectNoModel(call)
  })

  it('hears the truth when the recording could not be stopped', async () => {
    const call = createTestCall()
    call.ports.stopRecording = () => Promise.reject(new Error('vendor away'))
    expect(await call.turn('stop recording')).toMatchObject({ text: english.recordingNotStopped, events: [{ event: 'recording-objected' }] })
  })

  it('hears that nothing is recorded where nothing is', async () => {
    const call = createTestCall({ knowledge: { recording: { isEnabled: false } } })
    call.ports.stopRecording = () => Promise.reject(new Error('must not be called'))
    expect(await call.turn('stop recording me')).toMatchObject({ text: english.notRecording, events: [] })
  })

  it('to being called is taken off the list, and told so only after that', async () => {
    const call = createTestCall()
    let attempts = 0
    call.ports.optOutContact = async () => {
      attempts += 1
      if (attempts === 1) throw new Error('database away')
    }
    expect(await call.turn('stop calling me')).toMatchObject({ text: english.optedOut })
    expect(attempts).toBe(2)
    call.ports.optOutContact = () => Promise.reject(new Error('database away'))
    expect(await call.turn('take me off your list')).toMatchObject({ text: english.notOptedOut })
    expectNoModel(call)
  })
})
