import { setImmediate as settle } from 'node:timers/promises'
import { jest } from '@jest/globals'
import { Failure } from '../domain/failure.ts'
import { createFakeClock } from '../test/kit/fake-clock.ts'
import { createRelayWorld, type RelayWorld, type RunningRelay } from '../test/kit/running-relay.ts'
import { createLogger } from '../providers/logger.ts'
import { createMetrics } from '../providers/metrics.ts'
import { createCalls } from '../db/calls.ts'
import { until } from '../test/kit/until.ts'
import { createRelayMetrics } from './relay-metrics.ts'
import { createRecordingStarter } from './start-recording.ts'

describe('the recording of a call', () => {
  let world: RelayWorld
  let relay: RunningRelay

  beforeAll(async () => {
    world = await createRelayWorld()
    relay = await world.startRelay()
  })
  afterAll(() => world.stop())

  const startsOf = (callSid: string) =>
    world.twilio.requests.filter(({ method, path }) => method === 'POST' && path.endsWith(`/Calls/${callSid}/Recordings.json`))
  const stopsOf = (callSid: string) =>
    world.twilio.requests.filter(({ method, path }) => method === 'POST' && path.endsWith(`/Calls/${callSid}/Recordings/Twilio.CURRENT.json`))
  const stateOf = async (ref: Parameters<RelayWorld['transcriptOf']>[0]) => (await createCalls(world.database).recording(ref))?.state

  it('P-consent: starts with the set-up, which comes after the disclosure, and once however often Twilio connects', async () => {
    const call = await world.openCall()
    const phone = await relay.connect()
    expect(startsOf(call.callSid)).toEqual([])
    expect(await stateOf(call)).toBe('due')
    await phone.drop()
    const first = await relay.call(call)
    await until(async () => (await stateOf(call)) === 'started')
    await first.drop()
    const again = await relay.call(call)
    await until(async () => (await world.transcriptOf(call)).some(({ event }) => event === 'reconnected'))
    expect(startsOf(call.callSid).map(({ form }) => form)).toEqual([
      expect.objectContaining({ RecordingStatusCallback: 'https://voice.ironvoice.test/twilio/recording' }),
    ])
    await again.drop()
  })

  it('P-consent: stops when the caller objects, and "stopped" is said only then', async () => {
    const call = await world.openCall()
    const phone = await relay.call(call)
    await until(async () => (await stateOf(call)) === 'started')
    phone.prompt('Please stop recording me')
    await phone.heard('recording has been stopped')
    expect(stopsOf(call.callSid)).toHaveLength(1)
    expect(await stateOf(call)).toBe('objected')
    await phone.drop()
  })

  describe('when Twilio fails', () => {
    const ref = { accountId: 'a', conversationId: 'c' }
    const clock = createFakeClock()
    const createStarter = (voice: { startRecording(): Promise<string> }, states: string[], stops: string[], isDatabaseAway = false) =>
      createRecordingStarter({
        journal: {
          claimRecording: async () => true,
          setRecording: async (_, { state }) => {
            if (isDatabaseAway) throw new Failure('database-unavailable')
            if (!states.includes('objected')) states.push(state)
            return states.includes('objected') ? 'objected' : state
          },
        },
        voice: { ...voice, stopRecording: async (callSid) => void stops.push(callSid) },
        statusCallback: 'https://voice.ironvoice.test/twilio/recording',
        clock,
        logger: createLogger({ process: 'relay', level: 'silent' }),
        metrics: createRelayMetrics(createMetrics('relay')),
      })

    it('is asked for again, a few times, and given up without harm to the call: nobody waits for it then', async () => {
      const asked: number[] = []
      const states: string[] = []
      const startRecording = async () => {
        asked.push(1)
        throw new Failure('vendor-unavailable')
      }
      const recording = createStarter({ startRecording }, states, [])(ref, 'CA1')
      recording.start()
      await until(() => states.length > 0)
      expect(states).toEqual(['due'])
      await recording.stop()
      expect(asked).toHaveLength(3)
    })

    it('keeps to what Retry-After asks for, unless the caller objects meanwhile', async () => {
      const asked: number[] = []
      const startRecording = async () => {
        if (asked.push(clock.nowMs()) === 2) return 'RE1'
        throw new Failure('vendor-rate-limited', 'not so fast', { retryAfterMs: 3_000 })
      }
      const states: string[] = []
      createStarter({ startRecording }, states, [])(ref, 'CA1').start()
      await until(() => asked.length === 1)
      await settle()
      clock.advance(2_999)
      await settle()
      expect(asked).toHaveLength(1)
      clock.advance(1)
      await until(() => states.includes('started'))

      asked.length = 0
      const objected = createStarter({ startRecording }, [], [])(ref, 'CA1')
      objected.start()
      await until(() => asked.length === 1)
      await settle()
      await objected.stop()
      clock.advance(3_000)
      await settle()
      expect(asked).toHaveLength(1)
    })

    it('P-consent: an objection while it is being started still ends it', async () => {
      const [asked, started] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()]
      const [states, stops]: [string[], string[]] = [[], []]
      const startRecording = () => {
        asked.resolve()
        return started.promise
      }
      const recording = createStarter({ startRecording }, states, stops)(ref, 'CA1')
      recording.start()
      await asked.promise
      const stopped = recording.stop()
      await until(() => states.includes('objected'))
      started.resolve('RE1')
      await stopped
      expect(states).toEqual(['objected'])
      expect(stops).toContain('CA1')
    })

    it('P-consent: an objection before it was asked for keeps it from being', async () => {
      const startRecording = jest.fn(async () => 'RE1')
      const recording = createStarter({ startRecording }, [], [])(ref, 'CA1')
      recording.start()
      await recording.stop()
      expect(startRecording).not.toHaveBeenCalled()
    })

    it('P-consent: an objection ends it also while the database is away, and is not said to be kept then', async () => {
      const stops: string[] = []
      const recording = createStarter({ startRecording: async () => 'RE1' }, [], stops, true)(ref, 'CA1')
      await expect(recording.stop()).rejects.toMatchObject({ code: 'database-unavailable' })
      expect(stops).toEqual(['CA1'])
    })
  })
})
