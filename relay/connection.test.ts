import { createLogger } from '../providers/logger.ts'
import { createMetrics } from '../providers/metrics.ts'
import { createFakeClock } from '../test/kit/fake-clock.ts'
import { createTwilioSocket } from '../test/kit/twilio-socket.ts'
import { acceptConnection } from './connection.ts'
import { textFrame } from './frames.ts'
import { relayBounds } from './relay-bounds.ts'
import { createRelayMetrics } from './relay-metrics.ts'
import type { Wire } from './line.ts'
import type { Session } from './session.ts'

describe('a socket that nobody reads', () => {
  it('is cut off once too much is unsent, is counted, and what did not go out is left to the next one', async () => {
    const metrics = createRelayMetrics(createMetrics('test'))
    const sent: unknown[] = []
    const twilio = createTwilioSocket((frame) => sent.push(frame))
    const begun = Promise.withResolvers<Wire>()
    const sessions = {
      async begin(_: object, wire: Wire) {
        begun.resolve(wire)
        return { receive() {}, detach() {} } as unknown as Session
      },
    }
    acceptConnection(twilio.socket, { raw: { cork() {}, uncork() {} }, sessions, metrics, clock: createFakeClock(), logger: createLogger({ process: 'test', level: 'silent' }) })
    twilio.receive({ type: 'setup', sessionId: 'VX1', callSid: `CA${'0'.repeat(32)}`, customParameters: {} })
    const wire = await begun.promise

    Object.assign(twilio.socket, { bufferedAmount: relayBounds.maxUnsentBytes })
    expect(wire.send(textFrame('heard'))).toBe(true)
    Object.assign(twilio.socket, { bufferedAmount: relayBounds.maxUnsentBytes + 1 })
    expect(wire.send(textFrame('not heard'))).toBe(false)
    expect(wire.send(textFrame('not heard either'))).toBe(false)
    expect(sent).toHaveLength(1)
    expect(twilio.isOpen).toBe(false)
    expect((await metrics.socketsGivenUp.get()).values).toEqual([{ labels: { why: 'unread' }, value: 1 }])
  })
})

it('what is said at once leaves at once, in order, and nothing waits for more', async () => {
  const happened: string[] = []
  const wires: Wire[] = []
  const twilio = createTwilioSocket((frame) => happened.push((frame as { token: string }).token))
  const raw = { cork: () => void happened.push('cork'), uncork: () => void happened.push('uncork') }
  const sessions = {
    async begin(_: unknown, wire: Wire) {
      wires.push(wire)
      return {} as Session
    },
  }
  const [clock, metrics] = [createFakeClock(), createRelayMetrics(createMetrics('relay'))]
  acceptConnection(twilio.socket, { raw, sessions, clock, metrics, logger: createLogger({ process: 'test', level: 'silent' }) })
  twilio.receive({ type: 'setup', sessionId: 'VX1', callSid: `CA${'0'.repeat(32)}` })
  for (const token of ['Yes', ' we']) wires[0]!.send(textFrame(token))
  await new Promise<void>(process.nextTick)
  wires[0]!.send(textFrame(' do.'))
  await new Promise<void>(process.nextTick)
  expect(happened).toEqual(['cork', 'Yes', ' we', 'uncork', 'cork', ' do.', 'uncork'])
})
