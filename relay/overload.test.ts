import { createRelayWorld, newSessionId, type RelayWorld, type RunningRelay, type TestCall } from '../test/kit/running-relay.ts'
import type { RelayPhone } from '../test/kit/relay-phone.ts'
import { until } from '../test/kit/until.ts'
import { relayBounds } from './relay-bounds.ts'

describe('an overloaded relay', () => {
  const load = { busy: 0.1, lagMs: 1 }
  let world: RelayWorld
  let relay: RunningRelay

  beforeAll(async () => {
    world = await createRelayWorld()
    relay = await world.startRelay({ eventLoop: { load: () => ({ ...load }) } })
  })
  beforeEach(() => becomes(0.1))
  afterAll(() => world.stop())

  const becomes = (busy: number) => {
    load.busy = busy
    world.clock.advance(15 * relayBounds.loadEveryMs)
  }
  const isRefused = () => expect(relay.connect()).rejects.toThrow('503')
  const linesOf = async (call: TestCall) => (await world.transcriptOf(call)).length
  async function begun(call: TestCall, path?: string) {
    const before = await linesOf(call)
    const phone = await relay.call(call, path)
    await until(async () => (await linesOf(call)) > before)
    return phone
  }
  async function isAnswered(phone: RelayPhone, words: string) {
    phone.prompt(words)
    const model = await world.model.next()
    model.say(`Yes to ${words}.`)
    model.end()
    await phone.heard(`Yes to ${words}.`)
  }

  async function hangUp(...phones: RelayPhone[]) {
    for (const { socket } of phones) socket.close(1000)
    await until(async () => (await relay.metric('ironvoice_relay_sessions')) === 0)
  }

  it('refuses new calls at the upgrade, is not ready meanwhile, and answers those that it has', async () => {
    const phone = await begun(await world.openCall())
    const refusals = await relay.metric('ironvoice_relay_refusals_total')
    becomes(1)
    await isRefused()
    expect(await relay.metric('ironvoice_relay_refusals_total')).toBe(refusals + 1)
    expect(await relay.metric('ironvoice_relay_is_admitting')).toBe(0)
    const ready = await fetch(`${relay.origin}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'unavailable', dependencies: { database: 'ready', capacity: 'unavailable' } }])
    await isAnswered(phone, 'helmets')

    becomes(0.5)
    expect((await fetch(`${relay.origin}/readyz`)).status).toBe(200)
    const next = await begun(await world.openCall())
    await isAnswered(next, 'locks')
    await hangUp(phone, next)
  })

  it('takes a call of its own back whose socket dropped, and no new one beside it', async () => {
    const call = await world.openCall()
    const phone = await begun(call)
    becomes(1)
    await isRefused()
    await phone.drop()
    const newcomer = await relay.call(await world.openCall())
    expect(await newcomer.closed()).toEqual({ code: 1013, reason: 'process-overloaded' })
    const again = await begun(call)
    await isAnswered(again, 'bells')
    await isRefused()
    await hangUp(again)
  })

  it('takes a call that was with a relay before, of which it knows nothing', async () => {
    const call = await world.openCall()
    becomes(1)
    const restored = { ...call, sessionId: newSessionId(), token: await world.tokenFor(call, 'restored') }
    const phone = await begun(restored, '/voice/again')
    await isAnswered(phone, 'pumps')
    await hangUp(phone)
    const disguised = await relay.call(await world.openCall(), '/voice/again')
    expect(await disguised.closed()).toEqual({ code: 1013, reason: 'process-overloaded' })
  })
})
