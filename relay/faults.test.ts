import { createLoneCall } from '../test/kit/lone-call.ts'
import { relayBounds } from './relay-bounds.ts'

const bug = new TypeError('Ada Lee')

describe('an error that nothing was prepared for', () => {
  const unhandled: unknown[] = []
  const note = (error: unknown) => void unhandled.push(error)
  beforeAll(() => void process.on('unhandledRejection', note))
  afterAll(() => void process.off('unhandledRejection', note))

  it('in a turn ends in words and a hand-over, and is logged without what people said', async () => {
    const call = await createLoneCall()
    call.world.breakWrite((lines) => lines.some(({ role }) => role === 'receptionist'), bug)
    await call.prompt('do you sell helmets')
    await call.reply('Yes.')
    await call.clock.advance(10_000)
    expect(call.spoken()).toBe('Yes.One moment, please.')
    expect(call.frames.at(-1)).toEqual({ type: 'end', handoffData: '{"reason":"model-failed"}' })
    expect(call.world.trouble.join()).toMatch(/a turn broke.*TypeError/)
    expect(call.world.trouble.join()).not.toContain('Ada')
    expect(unhandled).toEqual([])
  })

  it('in a timer of a call leaves the call, and the other timers, as they are', async () => {
    const call = await createLoneCall()
    call.world.breakWrite((lines) => lines.some(({ text }) => text.includes('still there')), bug)
    await call.clock.advance(60_000)
    expect(call.world.trouble.join()).toMatch(/a call broke.*TypeError/)
    await call.prompt('do you sell helmets')
    await call.reply('Yes.')
    expect(call.spoken()).toMatch(/Yes\.$/)
  })

  it('when Twilio hangs up leaves nothing behind but what was broken', async () => {
    const call = await createLoneCall()
    await call.prompt('do you sell helmets')
    await call.model('Yes,')
    call.world.breakWrite(() => true, bug)
    call.world.calls[0]!.socket!.hangUp()
    await call.clock.advance(relayBounds.graceMs)
    expect(unhandled).toEqual([])
    expect(call.streams[0]!.isCancelled).toBe(true)
    expect(call.world.liveSessions).toBe(0)
    expect(call.clock.pending).toBe(0)
  })
})
