import fc from 'fast-check'
import { failures } from '../domain/failure.ts'
import { damaged } from '../test/kit/damaged.ts'
import { propertyRuns, propertyTimeoutMs } from '../test/kit/property-runs.ts'
import { createRelayWorld, type RelayWorld, type RunningRelay, type TestCall } from '../test/kit/running-relay.ts'
import { execute } from '../test/kit/sql.ts'
import { until } from '../test/kit/until.ts'
import { readFrame } from './frames.ts'

describe('whatever is sent first on a socket', () => {
  let world: RelayWorld
  let relay: RunningRelay

  beforeAll(async () => {
    world = await createRelayWorld()
    relay = await world.startRelay()
  })
  afterAll(() => world.stop())

  const stored = async ({ conversationId }: TestCall) => {
    const [row] = await execute<{ count: string }>(world.adminUrl, `select count(*) from relay_session where conversation_id = '${conversationId}'`)
    return Number(row!.count)
  }
  const setupOf = ({ callSid, sessionId, token }: TestCall) => ({
    type: 'setup', sessionId, accountSid: 'AC1', callSid, parentCallSid: '', from: '+12065559999', to: '+12065550100', forwardedFrom: null, callType: 'PSTN', callerName: '', direction: 'inbound', callStatus: 'RINGING',
    customParameters: { token },
  })

  it('is the set-up of a call, or is refused with a code, or left alone; and only a set-up leaves a trace', async () => {
    let begun = 0
    const shapes = damaged(fc.constant(setupOf({ accountId: '', conversationId: '', callSid: 'CALL', sessionId: 'SESSION', token: 'TOKEN' })), 2)
    const frames = fc.oneof({ weight: 8, arbitrary: shapes.map((shape) => JSON.stringify(shape) ?? '') }, fc.json(), fc.string({ unit: 'binary' }))
    const property = fc.asyncProperty(frames, async (shape) => {
      const call = await world.openCall()
      // What is generated knows no call: its place-holders become this one's.
      const text = shape.replace('"CALL"', `"${call.callSid}"`).replace('"SESSION"', `"${call.sessionId}"`).replace('"TOKEN"', `"${call.token}"`)
      const phone = await relay.connect()
      phone.send(text)
      const read = readFrame(text)
      const isSetup = 'frame' in read && read.frame.type === 'setup'
      if ('frame' in read || ('malformed' in read && read.malformed === 'setup')) {
        await until(async () => phone.socket.readyState === phone.socket.CLOSED || (await stored(call)) > 0)
      } else await phone.settled()
      if (phone.socket.readyState === phone.socket.CLOSED) {
        const { code, reason } = await phone.closed()
        expect([1008, 1013]).toContain(code)
        expect(Object.keys(failures)).toContain(reason)
        expect(reason).not.toBe('internal')
        expect(await stored(call)).toBe(0)
      } else if (isSetup) {
        const { callSid, customParameters } = JSON.parse(text)
        expect([callSid, customParameters.token]).toEqual([call.callSid, call.token])
        begun += 1
      }
      await phone.drop()
    })
    await fc.assert(property, propertyRuns(40))
    expect(begun).toBeGreaterThan(0)
    expect(relay.logs.filter((line) => line.includes('"level":50'))).toEqual([])
  }, propertyTimeoutMs)
})
