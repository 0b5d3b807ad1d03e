import { createDatabase, type Database } from '../db/database.ts'
import { callBounds } from '../domain/call-bounds.ts'
import { createRelayWorld, type RelayWorld } from '../test/kit/running-relay.ts'
import { toolCall } from '../test/kit/scripted-turn.ts'
import { createSessionWorld } from '../test/kit/session-world.ts'
import { until } from '../test/kit/until.ts'

describe('a relay that is asked to end', () => {
  let world: RelayWorld
  beforeAll(async () => {
    world = await createRelayWorld()
  })
  afterAll(() => world.stop())

  async function begin(database: Database) {
    const relay = await world.startRelay({ database })
    const call = await world.openCall()
    const phone = await relay.call(call)
    await phone.settled()
    return { relay, call, phone }
  }

  it('waits for the last line of a call that it gives up', async () => {
    const small = createSessionWorld(1)
    const { clock, streams } = small
    const call = small.calls[0]!
    small.beginSession(call, 'normal', 0)
    await clock.advance(0)
    call.socket!.receive({ type: 'prompt', voicePrompt: 'Tell them that the blue bicycle is ready.', last: true } as { type: string })
    await clock.advance(0)
    const message = { callerName: '', callbackNumber: '', text: 'The blue bicycle is ready.', urgency: 'normal' }
    for (const step of [toolCall('take_message', message), { type: 'end', reason: 'tool-calls' } as const]) streams[0]!.push(step)
    await clock.advance(0)
    small.slowDatabase()
    call.socket!.receive({ type: 'prompt', voicePrompt: 'Yes', last: true } as { type: string })
    await clock.advance(0)
    const drained = small.drain(1)
    await clock.advance(1)
    let isSettled = false
    const settled = drained.then(small.settled).then(() => (isSettled = true))
    await clock.advance(0)
    expect([small.liveSessions, isSettled]).toEqual([0, false])
    await clock.advance(2 * callBounds.stalledAfterMs)
    await settled
    expect(call.lines.values().some(({ event }) => event === 'message-failed')).toBe(true)
  })

  it('ends in bounded time where the database never answers, and tells how many lines are left', async () => {
    const database = await createDatabase({ url: world.databaseUrl })
    const { relay, phone } = await begin({ ...database, call: () => new Promise(() => {}) })
    await until(async () => (await relay.metric('ironvoice_relay_journal_queued_lines')) === 1)
    await phone.drop()
    const drained = relay.drain()
    await relay.stop()
    expect(await drained).toBe(1)
  })
})
