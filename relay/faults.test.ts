import { createFakeClock } from '../test/kit/fake-clock.ts'
import { createLoneCall } from '../test/kit/lone-call.ts'
import { guarded } from './clock.ts'
import { relayBounds } from './relay-bounds.ts'

const bug = new TypeError('Ada Lee')

describe('an error that nothing was prepared for', () => {
  const unhandled: unknown[] = []
  const note = (error: unknown) => void unhandled.push(error)
  beforeAll(() => void process.on('unhandledRejection', note))
  afterEach(() => expect(unhandled.splice(0)).toEqual([]))
  afterAll(() => void process.off('unhandledRejection', note))

  it('in a turn ends in words and a hand-over, and is logged without what people said', async () => {
    const call = await createLoneCall()
    call.world.breakTurn(call.world.calls[0]!, bug)
    await call.prompt('do you sell helmets')
    await call.clock.advance(10_000)
    expect(call.spoken()).toBe('One moment, please.')
    expect(call.frames.at(-1)).toEqual({ type: 'end', handoffData: '{"reason":"model-failed"}' })
    expect(call.world.trouble.join()).toMatch(/a turn broke.*TypeError/)
    expect(call.world.trouble.join()).not.toContain('Ada')
  })

  it('of a model that throws instead of failing is a failure of the model: it is asked once more', async () => {
    const call = await createLoneCall()
    call.world.breakModel()
    await call.prompt('do you sell helmets')
    await call.reply('Yes.')
    expect(call.spoken()).toBe('Yes.')
  })

  it('of the journal costs the call nothing', async () => {
    const call = await createLoneCall()
    call.world.breakWrite(() => true, bug)
    await call.prompt('do you sell helmets')
    await call.reply('Yes.')
    expect(call.spoken()).toBe('Yes.')
    expect(call.world.trouble.join()).toMatch(/a call broke.*TypeError/)
  })

  it('when Twilio hangs up leaves nothing behind', async () => {
    const call = await createLoneCall()
    await call.prompt('do you sell helmets')
    await call.model('Yes,')
    call.world.breakWrite(() => true, bug)
    call.world.calls[0]!.socket!.hangUp()
    await call.clock.advance(relayBounds.graceMs)
    expect(call.streams[0]!.isCancelled).toBe(true)
    expect(call.world.liveSessions).toBe(0)
    expect(call.clock.pending).toBe(0)
  })

  it("in a call's timer is told, and the others' run", () => {
    const clock = createFakeClock()
    const told: unknown[] = []
    const { after } = guarded(clock, (error) => told.push(error))
    after(1, () => {
      throw bug
    })
    after(2, () => told.push('ran'))
    clock.advance(2)
    expect(told).toEqual([bug, 'ran'])
  })
})
