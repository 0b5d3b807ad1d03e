import { decodeJwt } from 'jose'
import { createCalls } from '../db/calls.ts'
import { createDatabase } from '../db/database.ts'
import { callBounds } from '../domain/call-bounds.ts'
import { createDatabaseProxy } from '../test/kit/database-proxy.ts'
import { createFakeClock, type FakeClock } from '../test/kit/fake-clock.ts'
import { createRelayWorld, newSessionId, type RelayWorld, type RunningRelay, type TestCall } from '../test/kit/running-relay.ts'
import type { RelayPhone } from '../test/kit/relay-phone.ts'
import { until } from '../test/kit/until.ts'
import { relayBounds } from './relay-bounds.ts'

const greeting = 'receptionist: Harbour Bicycles, how can I help?'

describe('a call whose socket breaks', () => {
  let world: RelayWorld
  let relay: RunningRelay
  let other: RunningRelay
  let laterClock: FakeClock
  const phones: RelayPhone[] = []

  beforeAll(async () => {
    world = await createRelayWorld()
    relay = await world.startRelay()
    laterClock = createFakeClock(world.clock.nowMs() + 20_000)
    other = await world.startRelay({ clock: laterClock })
  })
  afterEach(async () => {
    for (const phone of phones.splice(0)) await phone.drop()
    world.clock.advance(relayBounds.graceMs)
  })
  afterAll(() => world.stop())

  const connect = async (...[call, process = relay]: [Parameters<RunningRelay['call']>[0], RunningRelay?]) => {
    const phone = await process.call(call)
    phones.push(phone)
    return phone
  }
  async function answer(phone: RelayPhone, reply: string) {
    const model = await world.model.next()
    model.say(reply)
    model.end()
    await phone.heard(reply)
    return model
  }
  const asked = () => world.model.exchanges.length
  const reconnections = async (call: TestCall) => (await world.transcriptOf(call)).filter(({ event }) => event === 'reconnected').length
  /** Twilio comes back, and the process knows. */
  const reconnect = async (...[call, process]: Parameters<typeof connect>) => {
    const before = await reconnections(call)
    const phone = await connect(call, process)
    await until(async () => (await reconnections(call)) > before)
    return phone
  }

  it('goes on where it was: what the model said meanwhile is said, and what is sent again is not answered again', async () => {
    const call = await world.openCall()
    const phone = await connect(call)
    phone.prompt('Hello')
    await answer(phone, 'Good morning.')
    phone.prompt('Do you sell helmets?')
    const model = await world.model.next()
    model.say('Yes, for ')
    model.say('children ')
    await phone.heard('Yes, for')
    await phone.drop()
    const before = asked()
    model.say('and adults.')
    model.end()
    // Nobody knows yet what of it will be heard.
    await world.transcriptIs(call, [greeting, 'caller: Hello', 'receptionist: Good morning.', 'caller: Do you sell helmets?', 'receptionist: '])

    const again = await connect(call)
    for (const words of ['Hello', 'Do you sell helmets?']) again.prompt(words)
    await again.heard('adults.')
    expect(phone.spoken().slice('Good morning.'.length) + again.spoken()).toBe('Yes, for children and adults.')
    expect(again.frames.at(-1)).toMatchObject({ last: true })
    again.prompt('And locks?')
    expect((await answer(again, 'Yes.')).heard).toEqual(['Hello', 'Do you sell helmets?', 'And locks?'])
    expect(asked()).toBe(before + 1)
    await world.transcriptIs(call, [
      greeting,
      'caller: Hello',
      'receptionist: Good morning.',
      'caller: Do you sell helmets?',
      'receptionist: Yes, for children and adults.',
      'reconnected: ',
      'caller: And locks?',
      'receptionist: Yes.',
    ])
  })

  it('is asked the same again by a caller later on: that is no replay', async () => {
    const call = await world.openCall()
    const phone = await connect(call)
    phone.prompt('Hello?')
    await answer(phone, 'Good morning.')
    await phone.drop()
    const again = await reconnect(call)
    world.clock.advance(relayBounds.replayPauseMs + 1)
    again.prompt('Hello?')
    await answer(again, 'I am here.')
  })

  it('does not take keys and interruptions twice either', async () => {
    const call = await world.openCall()
    const phone = await connect(call)
    phone.prompt('Hello')
    await answer(phone, 'Good morning, this is Harbour Bicycles.')
    phone.interrupt('Good morning')
    for (const digit of '12#') phone.send({ type: 'dtmf', digit })
    await answer(phone, 'Extension unknown.')
    await phone.drop()
    const before = asked()
    const again = await connect(call)
    again.prompt('Hello')
    again.interrupt('Good morning')
    for (const digit of '12#') again.send({ type: 'dtmf', digit })
    again.prompt('What are your hours?')
    await answer(again, 'Nine to five.')
    expect(asked()).toBe(before + 1)
    await world.transcriptIs(call, [
      greeting,
      'caller: Hello',
      'receptionist: Good morning,',
      'keypad: 12',
      'receptionist: Extension unknown.',
      'reconnected: ',
      'caller: What are your hours?',
      'receptionist: Nine to five.',
    ])
  })

  it('is taken over by another process: its history, its language, and the question that nobody answered', async () => {
    const opened = await world.openCall({ knowledge: { voice: { otherLanguages: ['es-US'] } } })
    // Twilio repeats the set-up of long ago: the token's own time will be over.
    const call = { ...opened, token: await world.tokenFor(opened, 'normal', callBounds.relayTokenTtlMs - 10_000) }
    const phone = await connect(call)
    phone.prompt('¿Habla español?')
    ;(await world.model.next()).call('change_language', { language: 'es-US' })
    await until(() => phone.frames.some(({ type }) => type === 'language'))
    phone.prompt('¿Venden cascos?')
    await world.model.next()
    await until(async () => (await world.transcriptOf(call)).some(({ text }) => text === '¿Venden cascos?'))

    const before = asked()
    const again = await reconnect(call, other)
    laterClock.advance(relayBounds.takeUpAfterMs)
    const model = await answer(again, 'Sí, para niños.')
    expect(model.heard).toEqual(['¿Habla español?', '¿Venden cascos?'])
    expect(model.body.messages.filter(({ role }) => role === 'assistant').map(({ content }) => content)).toContain(
      'Harbour Bicycles, how can I help?',
    )
    again.prompt('¿Venden cascos?')
    await again.settled()
    expect(asked()).toBe(before + 1)
    laterClock.advance(relayBounds.pingEveryMs - 1_000)
    await again.settled()
    laterClock.advance(callBounds.silenceMs)
    await again.heard('¿Sigue ahí?')
  })

  it('is restored by a new session with a token of its own, and the old one is closed', async () => {
    const call = await world.openCall()
    const phone = await connect(call)
    phone.prompt('Hello')
    await answer(phone, 'Good morning.')
    world.clock.advance(5_000)
    const again = await connect({ ...call, sessionId: newSessionId(), token: await world.tokenFor(call, 'restored') })
    expect((await phone.closed()).code).toBe(1012)
    again.prompt('Do you sell helmets?')
    expect((await answer(again, 'Yes.')).heard).toEqual(['Hello', 'Do you sell helmets?'])
    await world.transcriptIs(call, [
      greeting,
      'caller: Hello',
      'receptionist: Good morning.',
      "receptionist: I'm sorry, we were cut off for a moment. I'm back. How can I help you?",
      'caller: Do you sell helmets?',
      'receptionist: Yes.',
    ])
  })

  it('goes on in the same process while the database is away, and everything is kept when that is back', async () => {
    const call = await world.openCall()
    const proxy = await createDatabaseProxy(world.databaseUrl)
    const clock = createFakeClock(world.clock.nowMs())
    const process = await world.startRelay({ clock, database: await createDatabase({ url: proxy.url }) })
    const phone = await connect(call, process)
    phone.prompt('Hello')
    await answer(phone, 'Good morning.')
    proxy.cut()
    await phone.drop()
    const again = await connect(call, process)
    again.prompt('Do you sell helmets?')
    await answer(again, 'Yes.')
    await again.settled()
    proxy.mend()
    clock.advance(1_000)
    await world.transcriptIs(call, [
      greeting,
      'caller: Hello',
      'receptionist: Good morning.',
      'reconnected: ',
      'caller: Do you sell helmets?',
      'receptionist: Yes.',
    ])
    await again.drop()

    await process.stop()
    proxy.stop()
  })

  it('at its set-up finds the database away: it is asked again, and the call given back while its caller is still there', async () => {
    const proxy = await createDatabaseProxy(world.databaseUrl)
    const clock = createFakeClock(world.clock.nowMs())
    const process = await world.startRelay({ clock, database: await createDatabase({ url: proxy.url }) })
    const [patient, unlucky] = [await world.openCall(), await world.openCall()]
    proxy.cut()
    const phone = await connect(patient, process)
    await phone.settled()
    proxy.mend()
    await until(async () => {
      clock.advance(relayBounds.setupRetryMs)
      return (await world.transcriptOf(patient)).length > 0
    })
    await world.transcriptIs(patient, [greeting])
    await phone.drop()

    proxy.cut()
    const given = await connect(unlucky, process)
    given.prompt('Hello?')
    await given.settled()
    clock.advance(relayBounds.setupMs)
    await given.ended()
    expect(given.handoff()).toEqual({ reason: 'model-failed', detail: 'database-unavailable' })
    expect(await process.metric('ironvoice_relay_refusals_total')).toBe(1)
    clock.advance(relayBounds.closeAfterEndMs)
    expect(await given.closed()).toEqual({ code: 1013, reason: 'database-unavailable' })
    await process.stop()
    proxy.stop()
  })

  it('and whose process came no further than to claim it begins elsewhere, as new', async () => {
    const call = await world.openCall()
    await createCalls(world.database).claimRelaySession({ ...call, tokenId: decodeJwt(call.token).jti!, atMs: world.clock.nowMs(), isExpired: false })
    await connect(call, other)
    await world.transcriptIs(call, [greeting])
  })

  it('by the caller hanging up is over at once', async () => {
    const call = await world.openCall()
    const phone = await connect(call)
    await until(async () => (await relay.metric('ironvoice_relay_sessions')) === 1)
    phone.socket.close()
    await until(async () => (await relay.metric('ironvoice_relay_sessions')) === 0)
  })

  it('and never comes back is over after a while: nothing of it stays', async () => {
    const call = await world.openCall()
    const phone = await connect(call)
    phone.prompt('Hello')
    await answer(phone, 'Good morning.')
    await phone.drop()
    await until(async () => (await relay.metric('ironvoice_relay_sessions')) === 1)
    world.clock.advance(relayBounds.graceMs)
    await until(async () => (await relay.metric('ironvoice_relay_sessions')) === 0)
    await until(async () => (await relay.metric('ironvoice_relay_wrap_up_hints_total')) > 0)
  })
})
