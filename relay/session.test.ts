import { createDatabase, type Database } from '../db/database.ts'
import { callBounds } from '../domain/call-bounds.ts'
import { Failure } from '../domain/failure.ts'
import type { KnowledgeInput } from '../domain/knowledge.ts'
import type { ModelExchange } from '../test/kit/scripted-model.ts'
import { createRelayWorld, type RelayWorld, type RunningRelay } from '../test/kit/running-relay.ts'
import type { RelayPhone } from '../test/kit/relay-phone.ts'
import { execute } from '../test/kit/sql.ts'
import { until } from '../test/kit/until.ts'
import { relayBounds } from './relay-bounds.ts'

const greeting = 'receptionist: Harbour Bicycles, how can I help?'
const open: Partial<KnowledgeInput> = { transfer: { number: '+12065550111', when: 'always' } }
const isLast = (phone: RelayPhone) => {
  const frame = phone.frames.at(-1)
  return frame?.type === 'text' && frame.last
}

describe('a call', () => {
  let world: RelayWorld
  let relay: RunningRelay
  const phones: RelayPhone[] = []

  beforeAll(async () => {
    world = await createRelayWorld()
    relay = await world.startRelay()
  })
  afterEach(async () => {
    for (const phone of phones.splice(0)) await phone.drop()
    world.clock.advance(relayBounds.graceMs)
  })
  afterAll(() => world.stop())

  async function begin(options: Parameters<RelayWorld['openCall']>[0] = {}) {
    const call = await world.openCall(options)
    const phone = await relay.call(call)
    phones.push(phone)
    await until(async () => (await world.transcriptOf(call)).length > 0)
    return { call, phone }
  }

  /** The caller says something and is answered; everything of it has been played. */
  async function exchange(phone: RelayPhone, words: string, reply: string): Promise<ModelExchange> {
    phone.prompt(words)
    const model = await world.model.next()
    model.say(reply)
    model.end()
    await phone.heard(reply)
    await until(() => isLast(phone))
    played(phone)
    await phone.settled()
    return model
  }

  function played(phone: RelayPhone) {
    phone.info('agentSpeaking', 'on')
    phone.info('agentSpeaking', 'off')
  }

  it('P-calls: a turn is said token by token as the tokens come, and both sides of it are kept', async () => {
    const { call, phone } = await begin()
    phone.prompt('Do you sell helmets?')
    const model = await world.model.next()
    model.say('Yes, for children')
    model.say(' and')
    // The model's next token does not exist yet.
    await phone.heard('Yes, for children')
    model.say(' adults.')
    model.end()
    await until(() => isLast(phone))
    expect(phone.spoken()).toBe('Yes, for children and adults.')
    expect(phone.frames.filter((frame) => frame.type === 'text' && frame.last)).toHaveLength(1)
    await world.transcriptIs(call, [greeting, 'caller: Do you sell helmets?', 'receptionist: Yes, for children and adults.'])
  })

  it("P-ai: the model gets this tenant's knowledge and the words, no other tenant's and never a caller's number", async () => {
    const other = await begin({ knowledge: { faqs: [{ id: 'x', question: 'What is the secret?', answer: 'Zanzibar.' }] } })
    await exchange(other.phone, 'Hello there', 'Good morning.')
    const { phone } = await begin()
    const { body } = await exchange(phone, 'Do you sell helmets?', 'We do.')
    const sent = JSON.stringify(body)
    expect(sent).toContain('Yes, for children and adults.')
    expect(sent).not.toContain('Zanzibar')
    expect(sent).not.toMatch(/206\D?555\D?9999/)
    expect(body.store).toBe(false)
  })

  it('an interruption silences the reply at once, ends the request at the model, and only what was heard is kept', async () => {
    const { call, phone } = await begin()
    phone.prompt('What are your hours?')
    const model = await world.model.next()
    model.say('We are open from nine to five, Monday')
    model.say(' to Friday,')
    await phone.heard('nine to five')
    phone.interrupt('We are open from nine')
    await until(() => model.isAborted)
    const sent = phone.frames.length
    model.say(' and we never open on weekends.')
    phone.prompt('And on Saturday?')
    const next = await world.model.next()
    await phone.settled()
    expect(phone.frames.slice(sent)).toEqual([])
    expect(phone.frames.at(-1)).toEqual({ type: 'text', token: '', last: true })
    const assistant = next.body.messages.filter(({ role }) => role === 'assistant').map(({ content }) => content)
    expect(assistant).toEqual(['Harbour Bicycles, how can I help?', 'We are open from nine'])
    next.say('Closed.')
    next.end()
    await world.transcriptIs(call, [
      greeting,
      'caller: What are your hours?',
      'receptionist: We are open from nine',
      'caller: And on Saturday?',
      'receptionist: Closed.',
    ])
    expect((await world.transcriptOf(call)).map(({ isInterrupted }) => isInterrupted)).toEqual([false, false, true, false, false])
  })

  it('a reply that was sent whole is cut back to what was heard of it, and so is the greeting', async () => {
    const { call, phone } = await begin()
    phone.interrupt('Harbour Bicycles')
    phone.prompt('Do you sell helmets?')
    const model = await world.model.next()
    model.say('Yes, for children and adults.')
    model.end()
    await until(() => isLast(phone))
    phone.interrupt('yes for children')
    phone.interrupt('yes for children')
    await world.transcriptIs(call, ['receptionist: Harbour Bicycles,', 'caller: Do you sell helmets?', 'receptionist: Yes, for children'])
  })

  it('what was played counts as heard where Twilio tells it, also when the caller just hangs up', async () => {
    const { call, phone } = await begin()
    phone.info('agentSpeaking', 'on')
    phone.info('tokensPlayed', 'Harbour Bicycles, how can I help?')
    phone.info('agentSpeaking', 'off')
    phone.prompt('What are your hours?')
    const model = await world.model.next()
    model.say('We are open from nine to five.')
    model.end()
    await until(() => isLast(phone))
    phone.info('agentSpeaking', 'on')
    phone.info('tokensPlayed', 'We are')
    phone.info('tokensPlayed', 'open')
    await world.transcriptIs(call, [greeting, 'caller: What are your hours?', 'receptionist: We are open from nine to five.'])
    phone.socket.close()
    await world.transcriptIs(call, [greeting, 'caller: What are your hours?', 'receptionist: We are open'])
  })

  it('the newest words win: what was being said about older ones is left off', async () => {
    const { call, phone } = await begin()
    phone.prompt('Do you sell')
    const first = await world.model.next()
    phone.prompt('helmets for children?')
    const second = await world.model.next()
    expect(second.heard).toEqual(['Do you sell', 'helmets for children?'])
    await until(() => first.isAborted)
    first.say('Late.')
    second.say('We do.')
    second.end()
    await until(() => isLast(phone))
    expect(phone.spoken()).toBe('We do.')
    await world.transcriptIs(call, [greeting, 'caller: Do you sell', 'caller: helmets for children?', 'receptionist: We do.'])
  })

  it('silence is asked about twice and then ended politely, whoever spoke last having been played out', async () => {
    const { call, phone } = await begin()
    await exchange(phone, 'Hello', 'Good morning.')
    const from = phone.frames.length
    for (let times = 1; times <= callBounds.maxReprompts; times += 1) {
      world.clock.advance(callBounds.silenceMs - 1)
      await phone.settled()
      expect(phone.spoken(from).match(/still there/g) ?? []).toHaveLength(times - 1)
      world.clock.advance(1)
      await until(() => (phone.spoken(from).match(/still there/g) ?? []).length === times)
      phone.info('agentSpeaking', 'on')
      await phone.settled()
      world.clock.advance(callBounds.silenceMs)
      phone.info('agentSpeaking', 'off')
      await phone.settled()
    }
    world.clock.advance(callBounds.silenceMs)
    await phone.heard('Goodbye.')
    expect(phone.handoff()).toBeNull()
    played(phone)
    await phone.settled()
    world.clock.advance(relayBounds.voiceGapMs)
    await phone.ended()
    expect(phone.handoff()).toEqual({ reason: 'end', detail: 'ended-by-silence' })
    await until(async () => (await world.transcriptOf(call)).at(-1)?.event === 'ended-by-silence')
  })

  it('a caller who comes back during the goodbye has the call back, and nothing says that it was ended', async () => {
    const { call, phone } = await begin()
    for (let times = 0; times <= callBounds.maxReprompts; times += 1) await world.pass(phone, callBounds.silenceMs + 3_000)
    await phone.heard('Goodbye.')
    phone.prompt('Wait, I am here')
    const model = await world.model.next()
    model.say('Good.')
    model.end()
    await phone.heard('Good.')
    await world.pass(phone, 8_000)
    expect(phone.handoff()).toBeNull()
    expect((await world.transcriptOf(call)).map(({ event }) => event)).not.toContain('ended-by-silence')
  })

  it('words after a re-prompt begin the patience anew', async () => {
    const { phone } = await begin()
    await world.pass(phone, callBounds.silenceMs + 10_000)
    await phone.heard('still there')
    await exchange(phone, 'Yes, sorry', 'No problem.')
    const from = phone.frames.length
    world.clock.advance(callBounds.silenceMs)
    await until(() => phone.spoken(from).includes('still there'))
    expect(phone.handoff()).toBeNull()
  })

  it('a call that lasts too long is warned, then ended politely in the middle of whatever is said', async () => {
    const { call, phone } = await begin({ ageMs: callBounds.maxCallMs - relayBounds.endingSoonMs - 1_000 })
    phone.prompt('Tell me everything')
    const model = await world.model.next()
    model.say('Well, ')
    model.say('then.')
    await phone.heard('Well,')
    world.clock.advance(1_000)
    model.end()
    await phone.heard('two minutes')
    expect(phone.spoken()).toMatch(/^Well, then\..*two minutes/)
    for (let leftMs = relayBounds.endingSoonMs - 1_000; leftMs > 0; leftMs -= 10_000) {
      phone.info('clientSpeaking', 'on')
      await world.pass(phone, Math.min(leftMs, 10_000))
    }
    phone.prompt('One more thing')
    const last = await world.model.next()
    world.clock.advance(1_000)
    await phone.heard('Goodbye.')
    await until(() => last.isAborted)
    phone.prompt('Wait, wait')
    await world.pass(phone, 30_000)
    await phone.ended()
    expect(phone.handoff()).toEqual({ reason: 'end', detail: 'ended-by-bound' })
    await until(async () => (await world.transcriptOf(call)).some(({ event }) => event === 'ended-by-bound'))
  })

  it('a stalled model is bridged by a filler, asked once more on a fresh connection, and then got out of politely', async () => {
    const { call, phone } = await begin()
    phone.prompt('Do you sell helmets?')
    await world.model.next()
    world.clock.advance(callBounds.fillerAfterMs)
    await phone.heard('One moment')
    expect(phone.frames.at(-1)).toMatchObject({ last: true, preemptible: true })
    world.clock.advance(callBounds.stalledAfterMs)
    const retry = await world.model.next()
    expect(retry.heard).toEqual(['Do you sell helmets?'])
    world.clock.advance(callBounds.stalledAfterMs)
    await phone.heard('having trouble')
    await until(() => isLast(phone))
    await until(async () => (await world.transcriptOf(call)).some(({ event }) => event === 'model-failed'))
    // The way out needs no model: the caller's words become the message.
    phone.prompt('This is Ada, my bicycle is ready for pick up.')
    await phone.heard('read that back')
  })

  it('a transfer is handed over only once its announcement was played', async () => {
    const { call, phone } = await begin({ knowledge: open })
    phone.prompt('Please put me through to a person')
    ;(await world.model.next()).call('transfer_to_human', { reason: 'asked for a person' })
    await until(() => isLast(phone))
    expect(phone.spoken()).toContain('put you through')
    phone.info('agentSpeaking', 'on')
    await phone.settled()
    expect(phone.handoff()).toBeNull()
    phone.prompt('Thanks')
    phone.info('agentSpeaking', 'off')
    await phone.settled()
    world.clock.advance(relayBounds.voiceGapMs)
    await phone.ended()
    expect(phone.handoff()).toEqual({ reason: 'transfer', detail: 'asked for a person' })
    expect(phone.frames.at(-1)!.type).toBe('end')
    await world.transcriptIs(call, [
      greeting,
      'caller: Please put me through to a person',
      "receptionist: Of course. One moment, I'll put you through.",
      'transfer-requested: asked for a person',
      'caller: Thanks',
    ])
    // Twilio closes; if it doesn't, we do.
    world.clock.advance(relayBounds.closeAfterEndMs)
    expect((await phone.closed()).code).toBe(1000)
  })

  it('without speaker events the announcement is given the time that it takes to say', async () => {
    const { phone } = await begin({ knowledge: open })
    phone.prompt('Please put me through to a person')
    ;(await world.model.next()).call('transfer_to_human', { reason: 'asked' })
    await until(() => isLast(phone))
    await phone.settled()
    expect(phone.handoff()).toBeNull()
    world.clock.advance(greeting.length * relayBounds.msPerSpokenChar)
    expect(phone.handoff()).toBeNull()
    await world.pass(phone, phone.spoken().length * relayBounds.msPerSpokenChar)
    await phone.ended()
  })

  it('a goodbye that the caller speaks over is none', async () => {
    const { phone } = await begin()
    phone.prompt('That was all')
    ;(await world.model.next()).call('end_call', { reason: 'done' })
    await until(() => isLast(phone))
    phone.interrupt('Thank you')
    phone.prompt('Wait, one more question')
    const model = await world.model.next()
    world.clock.advance(relayBounds.interruptedGoodbyeMs)
    model.say('Of course.')
    model.end()
    await phone.heard('Of course.')
    await phone.settled()
    expect(phone.handoff()).toBeNull()
  })

  it('a caller who interrupts the goodbye and says nothing is let go', async () => {
    const { phone } = await begin()
    phone.prompt('That was all')
    ;(await world.model.next()).call('end_call', { reason: 'done' })
    await until(() => isLast(phone))
    phone.interrupt('Thank you')
    await phone.settled()
    expect(phone.handoff()).toBeNull()
    world.clock.advance(relayBounds.interruptedGoodbyeMs)
    await phone.ended()
    expect(phone.handoff()).toEqual({ reason: 'end', detail: 'done' })
  })

  it('a call whose line drops during the goodbye is let go of, and handed back where Twilio returns', async () => {
    const goodbye = async () => {
      const { call, phone } = await begin()
      phone.prompt('That was all')
      ;(await world.model.next()).call('end_call', { reason: 'done' })
      await until(() => isLast(phone))
      await phone.drop()
      world.clock.advance(10_000)
      return call
    }
    const again = await relay.call(await goodbye())
    await again.ended()
    expect(again.handoff()).toEqual({ reason: 'end', detail: 'done' })
    world.clock.advance(relayBounds.closeAfterEndMs)
    expect((await again.closed()).code).toBe(1000)
    await goodbye()
    world.clock.advance(relayBounds.graceMs)
    await until(async () => (await relay.metric('ironvoice_relay_sessions')) === 0)
  })

  it('turns that lead nowhere end politely', async () => {
    const { phone } = await begin()
    for (let turn = 1; turn <= callBounds.maxUnproductiveTurns; turn += 1) {
      phone.prompt(`Question ${turn}`)
      ;(await world.model.next()).call('report_knowledge_gap', { question: `Question ${turn}` })
      const from = phone.frames.length
      await until(() => phone.frames.length > from && isLast(phone))
      played(phone)
    }
    await phone.heard("couldn't help you")
    played(phone)
    await world.pass(phone, 30_000)
    await phone.ended()
    expect(phone.handoff()).toEqual({ reason: 'end', detail: 'ended-unproductive' })
  })

  it('keys are collected until a pause or #; 0 asks for a person', async () => {
    const { call, phone } = await begin()
    for (const digit of '12') phone.send({ type: 'dtmf', digit })
    await phone.settled()
    world.clock.advance(relayBounds.keypadGapMs - 1)
    phone.send({ type: 'dtmf', digit: '3' })
    await phone.settled()
    world.clock.advance(relayBounds.keypadGapMs)
    const first = await world.model.next()
    expect(first.heard).toEqual(['(keypad) 1 2 3'])
    first.say('Extension unknown.')
    first.end()
    await phone.heard('unknown.')
    for (const digit of '0#') phone.send({ type: 'dtmf', digit })
    expect((await world.model.next()).heard.at(-1)).toMatch(/speak to a person/)
    await world.transcriptIs(call, [greeting, 'keypad: 123', 'receptionist: Extension unknown.', 'keypad: 0'])
  })

  it('a change of language is told to Twilio before the first words in it, which are spoken as that language is', async () => {
    const { phone } = await begin({ knowledge: { voice: { otherLanguages: ['es-US'] } } })
    phone.prompt('¿Habla español?')
    const model = await world.model.next()
    model.say('One moment.')
    model.call('change_language', { language: 'es-US' })
    await phone.heard('español')
    const at = phone.frames.findIndex(({ type }) => type === 'language')
    expect(phone.frames[at]).toEqual({ type: 'language', ttsLanguage: 'es-US', transcriptionLanguage: 'es-US' })
    expect(phone.frames[at - 1]).toMatchObject({ type: 'text', last: true })
    expect(phone.spoken().slice(0, phone.spoken().length - phone.spoken(at).length)).toBe('One moment.')
    await until(() => isLast(phone))
    expect(phone.frames.filter(({ type }) => type === 'language')).toHaveLength(1)
    await world.pass(phone, callBounds.silenceMs + 10_000)
    await phone.heard('¿Sigue ahí?')
  })

  it('a message is "saved" only once it is in the database', async () => {
    const { call, phone } = await begin()
    const message = { callerName: 'Ada', callbackNumber: '', text: 'The blue bicycle is ready.', urgency: 'normal' }
    phone.prompt('Tell them that the blue bicycle is ready. This is Ada.')
    ;(await world.model.next()).call('take_message', message)
    await phone.heard('Is that right?')
    await until(() => isLast(phone))
    phone.prompt('Yes')
    await phone.heard('has been saved')
    const tasks = await execute<{ text: string; caller_name: string }>(world.adminUrl, 'select text, caller_name from task where conversation_id = $1', [
      call.conversationId,
    ])
    expect(tasks).toEqual([{ text: 'The blue bicycle is ready.', caller_name: 'Ada' }])
    await until(async () => (await world.transcriptOf(call)).some(({ event }) => event === 'message-taken'))
  })

  it('a message that was confirmed and could not be kept is on record, also when the caller hung up meanwhile', async () => {
    let frozen: Promise<never> | null = null
    const { forAccount, call: callProcedure, ...others } = await createDatabase({ url: world.databaseUrl })
    const freezing: Database = {
      ...others,
      forAccount: (id, work) => frozen ?? forAccount(id, work),
      call: (procedure, argument) => frozen ?? callProcedure(procedure, argument),
    }
    const ownRelay = await world.startRelay({ database: freezing })
    const call = await world.openCall()
    const phone = await ownRelay.call(call)
    phone.prompt('Tell them that the blue bicycle is ready.')
    ;(await world.model.next()).call('take_message', { callerName: '', callbackNumber: '', text: 'The blue bicycle is ready.', urgency: 'normal' })
    await phone.heard('Is that right?')
    await until(async () => (await world.transcriptOf(call)).length === 3)
    const thaw = Promise.withResolvers<never>()
    frozen = thaw.promise
    phone.prompt('Yes')
    phone.socket.close()
    await until(async () => (await ownRelay.metric('ironvoice_relay_sessions')) === 0)
    frozen = Promise.reject(new Failure('database-unavailable'))
    thaw.reject(new Failure('database-unavailable'))
    await phone.settled()
    await until(async () => (await ownRelay.metric('ironvoice_relay_journal_queued_lines')) === 2)
    frozen = null
    world.clock.advance(1_000)
    await world.transcriptIs(call, [
      greeting,
      'caller: Tell them that the blue bicycle is ready.',
      'receptionist: Let me read that back. The blue bicycle is ready. We will call back the number that you are calling from. Is that right?',
      'caller: Yes',
      'message-failed: The blue bicycle is ready.',
    ])
  })
})
