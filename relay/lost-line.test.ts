import { createLoneCall } from '../test/kit/lone-call.ts'
import { relayBounds } from './relay-bounds.ts'

const greeting = 'receptionist: quila Bicycles, how can I help?'
const question = 'do you sell helmets'
const ended = (call: Awaited<ReturnType<typeof createLoneCall>>) =>
  call.frames.flatMap((frame) => (frame.type === 'end' ? [JSON.parse(frame.handoffData).reason] : []))

describe('a reply that a lost line cut off', () => {
  it('is on record as it was heard, and whole again once the line is back: nothing of it is said twice', async () => {
    const call = await createLoneCall()
    await call.prompt(question)
    await call.model('Yes, for children')
    await call.info('tokensPlayed', 'Yes, for')
    await call.drop()
    expect(call.lines()).toEqual([greeting, `caller: ${question}`, 'receptionist: Yes, for|'])
    await call.reply(' and adults.')
    expect(call.lines().at(-1)).toBe('receptionist: Yes, for|')
    await call.comeBack(0)
    expect(call.spoken()).toBe('Yes, for children and adults.')
    for (const text of ['children', 'and adults.']) await call.info('tokensPlayed', text)
    await call.clock.advance(5_000)
    expect(call.spoken()).toBe('Yes, for children and adults.')
    expect(call.lines()).toEqual([greeting, `caller: ${question}`, 'receptionist: Yes, for children and adults.', 'reconnected: '])
  })

  it('is said again from where Twilio played it last, when Twilio has lost the rest', async () => {
    const call = await createLoneCall()
    await call.info('agentSpeaking', 'on')
    await call.prompt(question)
    await call.reply('Yes, for children and for grown-ups.')
    await call.info('tokensPlayed', 'Yes, for children')
    await call.drop()
    await call.comeBack(0)
    const from = call.frames.length
    await call.takenUp()
    expect(call.spoken(from)).toBe('')
    await call.info('agentSpeaking', 'off')
    await call.clock.advance(relayBounds.voiceGapMs)
    expect(call.spoken(from)).toBe('and for grown-ups.')
    expect(call.lines().filter((line) => line.startsWith('receptionist'))).toEqual([greeting, 'receptionist: Yes, for children and for grown-ups.'])
  })

  it('is not said again to a caller who has spoken since', async () => {
    const call = await createLoneCall()
    await call.prompt(question)
    await call.reply('Yes, for children and for grown-ups.')
    await call.info('tokensPlayed', 'Yes, for children')
    await call.drop()
    await call.comeBack(0)
    await call.prompt('never mind the helmets, when do you open')
    await call.reply('At nine.')
    await call.clock.advance(10_000)
    expect(call.spoken()).toBe('Yes, for children and for grown-ups.At nine.')
  })

  it('is gone on with by another process, from where the caller heard it last: once Twilio has played what it had', async () => {
    const call = await createLoneCall()
    await call.prompt(question)
    await call.model('Yes, for children and')
    await call.info('tokensPlayed', 'Yes, for')
    await call.drop()
    await call.comeBack(1)
    const from = call.frames.length
    // What was being played at the drop is told again, and goes on.
    for (const text of ['for', 'children and']) await call.info('tokensPlayed', text)
    await call.takenUp()
    expect(call.streams).toHaveLength(1)
    await call.info('agentSpeaking', 'off')
    await call.clock.advance(relayBounds.voiceGapMs)
    expect(call.streams).toHaveLength(2)
    expect(call.sent().slice(-2)).toEqual([question, 'Yes, for children and'])
    // A model that begins anew is heard from there only.
    await call.reply('Yes, for children and', ' adults.')
    expect(call.spoken(from).trim()).toBe('adults.')
    expect(call.lines()).toEqual([greeting, `caller: ${question}`, 'receptionist: Yes, for|', 'reconnected: ', 'receptionist:  adults.'])
    await call.prompt('and gloves')
    expect(call.sent()).toEqual(['quila Bicycles, how can I help?', question, 'Yes, for children and', ' adults.', 'and gloves'])
  })

  it('is not gone on with once more by another process, after its own has done so', async () => {
    const call = await createLoneCall()
    await call.prompt(question)
    await call.model('Yes, for children')
    await call.drop()
    await call.comeBack(0)
    await call.reply(' and adults.')
    await call.clock.advance(10_000)
    await call.drop()
    await call.comeBack(1)
    await call.takenUp()
    expect(call.streams).toHaveLength(1)
  })

  it('and that was heard to its end leaves nothing to say to another process', async () => {
    const call = await createLoneCall()
    await call.prompt(question)
    await call.model('Yes, we do.')
    await call.info('tokensPlayed', 'Yes, we do.')
    await call.drop()
    await call.comeBack(1)
    await call.takenUp()
    await call.reply('.')
    expect(call.lines()).toEqual([greeting, `caller: ${question}`, 'receptionist: Yes, we do.|', 'reconnected: '])
    expect(call.frames.at(-1)).toMatchObject({ type: 'text', last: true })
  })
})

describe('a session that comes back', () => {
  it('after another process had it goes on with what that one wrote, not with what is remembered', async () => {
    const call = await createLoneCall()
    await call.prompt(question)
    await call.model('Yes, for')
    await call.drop()
    await call.comeBack(1)
    await call.takenUp()
    await call.reply('Yes, and gloves.')
    await call.prompt('which gloves')
    await call.reply('Red ones.')
    await call.clock.advance(2_000)
    await call.drop()
    // Its request goes on in the process that was left.
    call.streams[0]!.push(' nobody.')
    await call.comeBack(0)
    await call.prompt('only red')
    expect(call.sent()).toEqual(['quila Bicycles, how can I help?', question, 'Yes, and gloves.', 'which gloves', 'Red ones.', 'only red'])
    await call.reply('Only red.')
    expect(call.spoken()).toBe('Yes, forYes, and gloves.Red ones.Only red.')
    expect(call.streams[0]!.isCancelled).toBe(true)
    expect(call.lines().filter((line) => line.includes('nobody'))).toEqual([])
    expect(call.world.liveSessions).toBe(2)
    await call.clock.advance(relayBounds.graceMs)
    expect(call.world.liveSessions).toBe(1)
    expect(call.world.trouble).toEqual([])
  })

  it.each([0, 1] as const)('after our end stays ended, and is told so again (relay %i)', async (relay) => {
    const call = await createLoneCall()
    await call.prompt('put me through to a person')
    await call.prompt('please put me through to a person')
    await call.clock.advance(10_000)
    expect(ended(call)).toEqual(['transfer'])
    const requests = call.streams.length
    await call.drop()
    await call.comeBack(relay)
    expect(ended(call)).toEqual(['transfer', 'transfer'])
    await call.prompt('hello?')
    expect(call.streams).toHaveLength(requests)
    expect(call.frames.at(-1)!.type).toBe('end')
  })

  it('to another process after a goodbye is let go, unless the caller has something to say', async () => {
    for (const isSpeaking of [false, true]) {
      const call = await createLoneCall()
      await call.prompt('that was all')
      call.streams.at(-1)!.push({ type: 'tool-call', call: { id: '1', name: 'end_call', arguments: '{"reason":"done"}' } })
      call.streams.at(-1)!.push({ type: 'end', reason: 'tool-calls' })
      await call.clock.advance(0)
      await call.drop()
      await call.comeBack(1)
      if (isSpeaking) await call.prompt('wait, one more thing')
      await call.clock.advance(relayBounds.interruptedGoodbyeMs)
      expect(ended(call)).toEqual(isSpeaking ? [] : ['end'])
    }
  })

  it('left no guess behind: what it asked for nobody is ended at the drop', async () => {
    const call = await createLoneCall()
    await call.partial('do you sell helmets.')
    expect(call.streams).toHaveLength(1)
    await call.drop()
    expect(call.streams[0]!.isCancelled).toBe(true)
  })
})
