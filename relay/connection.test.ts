import type { Logger } from '../providers/logger.ts'
import { createMetrics } from '../providers/metrics.ts'
import { createFakeClock } from '../test/kit/fake-clock.ts'
import { createTwilioSocket } from '../test/kit/twilio-socket.ts'
import { acceptConnection } from './connection.ts'
import { textFrame } from './frames.ts'
import { createRelayMetrics } from './relay-metrics.ts'
import type { Session, Wire } from './session.ts'

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
  acceptConnection(twilio.socket, raw, { sessions, clock, metrics, logger: {} as Logger })
  twilio.receive({ type: 'setup', sessionId: 'VX1', callSid: `CA${'0'.repeat(32)}` })
  for (const token of ['Yes', ' we']) wires[0]!.send(textFrame(token))
  await new Promise<void>(process.nextTick)
  wires[0]!.send(textFrame(' do.'))
  await new Promise<void>(process.nextTick)
  expect(happened).toEqual(['cork', 'Yes', ' we', 'uncork', 'cork', ' do.', 'uncork'])
})
