import { createTestCall, openAtMs } from '../test/kit/scripted-turn.ts'
import { callerData } from './caller-data.ts'
import { english } from './phrases-english.ts'

const lastReply = (call: ReturnType<typeof createTestCall>) => call.dialogue.recentLines().findLast(({ role }) => role === 'assistant')?.content

describe('what the caller did not hear was not said', () => {
  it('of a finished reply', async () => {
    const call = createTestCall()
    await call.turn('when are you open', ['We open at 9 on weekdays. On Sundays we are closed.'])
    expect(call.dialogue.cutBack('we open at nine')).toBe('We open at nine')
    expect(lastReply(call)).toBe('We open at nine')
    await call.turn('and on sunday', ['Closed.'])
    expect(JSON.stringify(call.model.requests.at(-1)!.messages)).not.toContain('On Sundays we are closed')
  })

  it('fillers left out, whether they were heard whole or cut off', async () => {
    const call = createTestCall()
    const turn = call.begin('when are you open')
    await call.clock.advance(2_000)
    call.model.streams[0]!.push('We open at nine.')
    call.model.streams[0]!.end()
    await turn
    expect(call.dialogue.cutBack(`${english.filler} We open`)).toBe('We open')
    expect(call.dialogue.cutBack('One moment')).toBe('')
  })

  it('nothing at all: the reply is gone', async () => {
    const call = createTestCall()
    await call.turn('when are you open', ['We open at nine.'])
    expect(call.dialogue.cutBack('')).toBe('')
    expect(call.dialogue.recentLines()).toEqual([{ role: 'user', content: callerData('when are you open') }])
  })

  it('of the greeting that the channel recorded', () => {
    const call = createTestCall()
    call.dialogue.recordReply('Harbour Bicycles, how can I help?')
    expect(call.dialogue.cutBack('harbour bicycles')).toBe('Harbour Bicycles,')
    expect(lastReply(call)).toBe('Harbour Bicycles,')
  })

  it('only ever of the last reply', async () => {
    const call = createTestCall()
    await call.turn('do you sell helmets', ['Yes, we do.'])
    await call.turn('and gloves', ['No, sorry.'])
    call.dialogue.cutBack('')
    expect(lastReply(call)).toBe('Yes, we do.')
  })
})

it('a restored conversation is sent to the model as it was heard', async () => {
  const line = { atMs: openAtMs, event: null, isInterrupted: false, firstTokenMs: null, passages: [] }
  const call = createTestCall({
    history: [
      { ...line, key: 'a', seq: 1, role: 'receptionist', text: 'How can I help?' },
      { ...line, key: 'b', seq: 2, role: 'caller', text: 'Helmets?' },
      { ...line, key: 'c', seq: 3, role: 'event', event: 'reconnected', text: '' },
      { ...line, key: 'd', seq: 4, role: 'receptionist', text: '', isInterrupted: true },
    ],
  })
  await call.turn('hello?', ['Yes, we sell helmets.'])
  expect(call.model.requests[0]!.messages.slice(1).filter(({ role }) => role !== 'system')).toEqual([
    { role: 'assistant', content: 'How can I help?' },
    { role: 'user', content: callerData('Helmets?') },
    { role: 'user', content: callerData('hello?') },
  ])
})
