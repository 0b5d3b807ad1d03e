import { once } from 'node:events'
import { connect } from 'node:net'
import { httpBounds } from '../providers/http-server.ts'
import { gatherCrowd, upgradeRequest, type Crowd } from '../test/kit/crowd.ts'
import type { RelayPhone } from '../test/kit/relay-phone.ts'
import { createRelayWorld, signHandshake, type RelayWorld, type RunningRelay } from '../test/kit/running-relay.ts'
import { until } from '../test/kit/until.ts'
import { relayBounds } from './relay-bounds.ts'

const handshake = upgradeRequest('/voice', { 'X-Twilio-Signature': signHandshake() })

describe('sockets that do nothing', () => {
  let world: RelayWorld
  let relay: RunningRelay
  const crowds: Crowd[] = []
  let asked = 0

  beforeAll(async () => {
    world = await createRelayWorld()
    relay = await world.startRelay()
  })
  afterEach(async () => {
    for (const crowd of crowds.splice(0)) await crowd.leave()
  })
  afterAll(() => world.stop())

  async function gather(count: number, opening?: string): Promise<Crowd> {
    const crowd = await gatherCrowd(relay.port, count, opening)
    crowds.push(crowd)
    return crowd
  }
  async function isAnswered(phone: RelayPhone) {
    const from = phone.frames.length
    phone.prompt(`Do you sell helmets of size ${(asked += 1)}?`)
    const model = await world.model.next()
    model.say('Yes.')
    model.end()
    await until(() => phone.spoken(from).includes('Yes.'))
  }
  const refusals = async () => relay.metric('ironvoice_relay_refusals_total')

  it('after an upgrade: past the bound upgrades are refused, a call goes on, and without a set-up each is closed in time', async () => {
    const phone = await relay.call(await world.openCall())
    await isAnswered(phone)
    const crowd = await gather(relayBounds.maxSocketsBeforeSetup + 50, handshake)
    await until(() => crowd.told()['503'] === 50)
    expect(crowd.told()).toEqual({ 101: relayBounds.maxSocketsBeforeSetup, 503: 50 })
    await isAnswered(phone)
    const before = await refusals()
    world.clock.advance(relayBounds.setupMs)
    await until(async () => (await refusals()) - before === relayBounds.maxSocketsBeforeSetup)
    await crowd.leave()
    const call = await world.openCall()
    let newcomer: RelayPhone | undefined
    await until(async () => (newcomer = await relay.call(call).catch(() => undefined)) !== undefined)
    await isAnswered(newcomer!)
    await phone.drop()
    await newcomer!.drop()
  })

  it('before any request: each is refused, at once past the bound or in time, and counted; calls come and go on', async () => {
    const before = await refusals()
    const phone = await relay.call(await world.openCall())
    const crowd = await gather(httpBounds.maxWaiting + 50)
    await isAnswered(phone)
    const newcomer = await relay.call(await world.openCall())
    await isAnswered(newcomer)
    await until(() => crowd.open() === 0)
    const { 408: late = 0, 503: tooMany = 0, ...otherwise } = crowd.told()
    expect([late + tooMany, otherwise]).toEqual([httpBounds.maxWaiting + 50, {}])
    // The connection by which this test looks at metrics may have waited longest of all.
    expect((await refusals()) - before).toBeGreaterThanOrEqual(httpBounds.maxWaiting + 50)
    await phone.drop()
    await newcomer.drop()
  })

  it.each([
    ['half-closed', (line: ReturnType<typeof connect>) => line.end()],
    ['full of pings whose pongs nobody reads', (line: ReturnType<typeof connect>) => (line.pause(), line.write(Buffer.concat(Array(9_000).fill(ping))))],
    ['of one frame that never ends', (line: ReturnType<typeof connect>) => (line.write(Buffer.from([0x81, 0xfe, 0xff, 0xff])), world.clock.advance(relayBounds.pingEveryMs), world.clock.advance(relayBounds.pingEveryMs))],
  ])('an upgraded line %s is ended', async (_, misbehave) => {
    const line = connect({ port: relay.port, host: '127.0.0.1', allowHalfOpen: true })
    line.on('error', () => {})
    line.write(handshake)
    await once(line, 'data')
    misbehave(line)
    const { promise: over, resolve } = Promise.withResolvers<void>()
    line.on('end', resolve).on('close', resolve)
    line.resume()
    await over
    line.destroy()
  })
})

const ping = Buffer.concat([Buffer.from([0x89, 0x80 | 125]), Buffer.alloc(4 + 125)])
