import { jest } from '@jest/globals'
import { workflowTypes, wrapUpWorkflowId } from '../domain/workflow-names.ts'
import { recordHistory } from '../test/kit/histories.ts'
import { createTestQueue, createTimeSkippingServer, type TimeSkippingServer } from '../test/kit/temporal.ts'
import { silence } from '../test/kit/wrap-up-vendors.ts'
import { startWorker } from '../test/kit/wrap-up-worker.ts'
import { createWrapUpWorld, dataKeys, goodAnswer, line, people, type WrapUpWorld } from '../test/kit/wrap-up-world.ts'
import { createDataConverter } from '../workers/data-converter.ts'

jest.setTimeout(120_000)

const hour = 60 * 60_000
const taskQueue = createTestQueue('outages')
const flaky = createAftermath()
let server: TimeSkippingServer
let world: WrapUpWorld
let worker: Awaited<ReturnType<typeof startWorker>>

/**
 * Methods whose effect happens and is never heard of: what a worker leaves behind that is killed between an activity's
 * call and its commit. While `isOn`, each of the named ones does so the first time it is called.
 */
function createAftermath() {
  const struck = new Set<string>()
  const state = { isOn: false, struck }
  const wrap = <Methods extends object>(methods: Methods, names: readonly (keyof Methods & string)[]): Methods => {
    const wrapped = names.map((name) => [
      name,
      async (...args: unknown[]) => {
        const result = await (methods[name] as (...args: unknown[]) => Promise<unknown>)(...args)
        if (!state.isOn || struck.has(name)) return result
        struck.add(name)
        throw new Error(`killed after ${name}, with the words of ${people.callerName} on its lips`)
      },
    ])
    return { ...methods, ...Object.fromEntries(wrapped) }
  }
  return { state, wrap }
}

beforeAll(async () => {
  server = await createTimeSkippingServer({ client: { dataConverter: createDataConverter(dataKeys) } })
  world = await createWrapUpWorld((deps) => ({
    calls: flaky.wrap(deps.calls, ['reportEnd', 'setRecording']),
    wrapUps: flaky.wrap(deps.wrapUps, ['meter', 'settle', 'markOwnerTold', 'markWrappedUp']),
    recordings: flaky.wrap(deps.recordings, ['store']),
    mailer: flaky.wrap(deps.mailer, ['send']),
    model: flaky.wrap(deps.model, ['wrapUp']),
    twilio: flaky.wrap(deps.twilio, ['deleteRecording']),
  }))
  worker = await startWorker({
    taskQueue,
    activities: world.activities,
    connection: server.environment.nativeConnection,
  })
})

beforeEach(() => {
  world.vendors.setAnswer(goodAnswer)
  Object.assign(world.vendors.faults, { model: () => null, mail: () => null, twilio: () => null })
  world.vendors.counts.model = world.vendors.counts.mailRequests = 0
})

afterAll(async () => {
  await worker?.stop()
  await server?.stop()
  await world?.stop()
})

type Placed = Awaited<ReturnType<WrapUpWorld['placeCall']>>

/** Runs a whole wrap-up; waits in it pass at once. Resolves to how long it took by the server's clock. */
async function wrapUp({ ref, callSid }: Placed): Promise<number> {
  const handle = await server.environment.client.workflow.start(workflowTypes.wrapUpConversation, {
    workflowId: wrapUpWorkflowId(callSid),
    taskQueue,
    args: [ref],
  })
  await handle.result()
  const { startTime, closeTime } = await handle.describe()
  return closeTime!.getTime() - startTime.getTime()
}

/** 503 until the server's clock has gone on by `ms`. */
async function awayFor(ms: number) {
  const back = (await server.environment.currentTimeMs()) + ms
  return async () => ((await server.environment.currentTimeMs()) < back ? { status: 503, body: { error: {} } } : null)
}

const load = async ({ ref }: Placed) => (await world.wrapUps.load(ref))!
const mailsOf = ({ callSid }: Placed) => [...world.vendors.mails.entries()].filter(([key]) => key.includes(callSid))

describe('a wrap-up through outages', () => {
  it('P-usage waits for a model and a mailer that are away for an hour, and does everything once', async () => {
    const call = await world.placeCall({ recordingState: 'started', takesMessage: true })
    call.call.recordings.push({ sid: `RE${'1'.repeat(32)}`, status: 'completed', bytes: silence(3) })
    world.vendors.faults.model = await awayFor(1 * hour)
    world.vendors.faults.mail = await awayFor(2 * hour)
    const took = await wrapUp(call)

    expect(took).toBeGreaterThanOrEqual(2 * hour)
    expect(world.vendors.counts.model).toBeGreaterThan(2)
    expect(world.vendors.counts.mailRequests).toBeGreaterThan(2)
    expect(await load(call)).toMatchObject({ summary: goodAnswer.summary, isOwnerTold: true, isWrappedUp: true })
    expect(await world.ledgers(call.ref)).toEqual({ usage: 1, tasks: 2, gaps: 1, recordings: 1 })
    expect(mailsOf(call)).toHaveLength(1)
    await recordHistory(worker.client, 'outage-of-an-hour', wrapUpWorkflowId(call.callSid))
  })

  it('does everything once when a worker dies after each effect and before it is heard of', async () => {
    const call = await world.placeCall({ recordingState: 'started', takesMessage: true })
    call.call.recordings.push({ sid: `RE${'2'.repeat(32)}`, status: 'completed', bytes: silence(3) })
    flaky.state.isOn = true
    await wrapUp(call)
    flaky.state.isOn = false

    const effects = [
      'reportEnd',
      'meter',
      'store',
      'deleteRecording',
      'setRecording',
      'wrapUp',
      'settle',
      'send',
      'markOwnerTold',
      'markWrappedUp',
    ]
    expect([...flaky.state.struck].toSorted()).toEqual(effects.toSorted())
    expect(await load(call)).toMatchObject({
      durationSeconds: 62,
      recordingState: 'deleted',
      isOwnerTold: true,
      isWrappedUp: true,
    })
    expect(await world.ledgers(call.ref)).toEqual({ usage: 1, tasks: 2, gaps: 1, recordings: 1 })
    expect(mailsOf(call)).toHaveLength(1)
  })

  it('keeps to what Retry-After asks for', async () => {
    const call = await world.placeCall()
    const limited = {
      status: 429,
      body: { error: {}, statusCode: 429, name: 'rate_limit_exceeded' },
      headers: { 'Retry-After': '1800' },
    }
    world.vendors.faults.model = (attempt) => (attempt === 1 ? limited : null)
    world.vendors.faults.mail = (attempt) => (attempt === 1 ? limited : null)
    expect(await wrapUp(call)).toBeGreaterThanOrEqual(1 * hour)
    expect(world.vendors.counts).toMatchObject({ model: 2, mailRequests: 2 })
  })

  it('settles by the facts when no model answers for hours, so that its owner hears of the call the same day', async () => {
    const call = await world.placeCall({ takesMessage: true })
    world.vendors.faults.model = () => ({ status: 500 })
    const took = await wrapUp(call)
    expect(took).toBeGreaterThan(3 * hour)
    expect(took).toBeLessThan(6 * hour)
    expect(await load(call)).toMatchObject({
      outcome: 'message-taken',
      summary: null,
      gaps: [people.gap],
      isOwnerTold: true,
    })
  })

  it('outlasts a vendor that refuses: a key is renewed, an address put right', async () => {
    const call = await world.placeCall()
    world.vendors.faults.model = (attempt) => (attempt <= 3 ? { status: 401, body: { error: {} } } : null)
    world.vendors.faults.mail = (attempt) =>
      attempt <= 3 ? { status: 422, body: { statusCode: 422, name: 'validation_error' } } : null
    await wrapUp(call)
    expect(await load(call)).toMatchObject({ summary: goodAnswer.summary, isOwnerTold: true, isWrappedUp: true })
    expect(mailsOf(call)).toHaveLength(1)
  })

  it.each([
    ['no JSON at all', 'I am sorry, Dave'],
    ['a truncated value', '{"summary":"A call","outcome":"ans'],
    ['an outcome of its own', { ...goodAnswer, outcome: 'delighted' }],
    ['a field too many', { ...goodAnswer, callerNumber: people.caller }],
    ['an essay', { ...goodAnswer, summary: 'x'.repeat(5_000) }],
  ])('asks again when the model answers with %s', async (_, malformed) => {
    const call = await world.placeCall()
    world.vendors.setAnswer(malformed)
    world.vendors.faults.model = (attempt) => {
      if (attempt > 2) world.vendors.setAnswer(goodAnswer)
      return null
    }
    await wrapUp(call)
    expect(world.vendors.counts.model).toBe(3)
    expect(await load(call)).toMatchObject({ outcome: 'answered', summary: goodAnswer.summary })
  })

  it('keeps no owner waiting for more than an hour or two for a model that never keeps to the form', async () => {
    const call = await world.placeCall({ takesMessage: true })
    world.vendors.setAnswer({ ...goodAnswer, outcome: 'delighted' })
    expect(await wrapUp(call)).toBeLessThan(2 * hour)
    expect(world.vendors.counts.model).toBeLessThan(20)
    expect(await load(call)).toMatchObject({ outcome: 'message-taken', summary: null, isOwnerTold: true })
  })

  it('takes a refusal of the model for its last word', async () => {
    const call = await world.placeCall({ takesMessage: true })
    const refusal = { message: { role: 'assistant', content: null, refusal: 'I will not' }, finish_reason: 'stop', index: 0 }
    world.vendors.faults.model = () => ({ status: 200, body: { id: 'c', object: 'chat.completion', choices: [refusal] } })
    expect(await wrapUp(call)).toBeLessThan(60_000)
    expect(world.vendors.counts.model).toBe(1)
    expect(await load(call)).toMatchObject({ outcome: 'message-taken', summary: null, isOwnerTold: true })
  })

  it('settles a transfer of which nobody ever tells how it went', async () => {
    const rung = line(5, 'event', 'The business was rung.', { event: 'transfer-requested' })
    const call = await world.placeCall({ lines: [line(1, 'caller', people.words), rung] })
    const took = await wrapUp(call)
    expect(took).toBeGreaterThan(30_000)
    expect(took).toBeLessThan(3 * 60_000)
    expect(await load(call)).toMatchObject({ outcome: 'answered', isOwnerTold: true })
  })

  it('calls a recording missing when Twilio has none within a day', async () => {
    const call = await world.placeCall({ recordingState: 'started' })
    expect(await wrapUp(call)).toBeGreaterThanOrEqual(24 * hour)
    expect(await load(call)).toMatchObject({ recordingState: 'missing', isOwnerTold: true, isWrappedUp: true })
    await recordHistory(worker.client, 'missing-recording', wrapUpWorkflowId(call.callSid))
  })

  it.each([
    ['nobody ever asked for', 'due'],
    ['whoever asked for it died on', 'starting'],
  ] as const)('does not wait for a recording that %s', async (_, recordingState) => {
    const call = await world.placeCall({ recordingState })
    expect(await wrapUp(call)).toBeLessThan(1 * hour)
    expect(await load(call)).toMatchObject({ recordingState: 'missing', isWrappedUp: true })
  })

  it('waits for a recording that may still be being asked for when the call ends', async () => {
    const call = await world.placeCall({ recordingState: 'starting' })
    call.call.endedAtMs = Date.now() + 1 * hour
    expect(await wrapUp(call)).toBeGreaterThanOrEqual(24 * hour)
  })

  it.each([
    ['cut short', silence(3).subarray(0, 30_000)],
    ['no WAV file', Buffer.from('<html>502 Bad Gateway</html>')],
  ])('stores a recording that first came %s only once it came whole', async (_, bytes) => {
    const call = await world.placeCall({ recordingState: 'started' })
    const sid = `RE${Buffer.from(call.callSid).toString('hex').slice(-32)}`
    call.call.recordings.push({ sid, status: 'completed', bytes: silence(3), damaged: { times: 2, bytes } })
    await wrapUp(call)
    expect(await load(call)).toMatchObject({ recordingState: 'deleted' })
    expect(await world.recordings.find(call.ref)).toMatchObject({ byteLength: silence(3).length })
    expect(world.vendors.deleted.filter((deleted) => deleted === sid)).toHaveLength(1)
  })

  it('gives up a recording that never comes whole, and deletes nothing at Twilio', async () => {
    const call = await world.placeCall({ recordingState: 'started' })
    const sid = `RE${'3'.repeat(32)}`
    const damaged = { times: Number.POSITIVE_INFINITY, bytes: Buffer.from('RIFF') }
    call.call.recordings.push({ sid, status: 'completed', bytes: silence(1), damaged })
    const took = await wrapUp(call)
    expect(took).toBeGreaterThanOrEqual(24 * hour)
    expect(took).toBeLessThan(28 * hour)
    expect(await load(call)).toMatchObject({ recordingState: 'missing', isWrappedUp: true })
    expect(world.vendors.deleted).not.toContain(sid)
  })

  it("tells its owner of a call whose recording can't be kept for a fault of ours; that is done when the fault is mended", async () => {
    const call = await world.placeCall({ recordingState: 'started' })
    call.call.recordings.push({ sid: `RE${'4'.repeat(32)}`, status: 'completed', bytes: silence(3) })
    const nameKey = (keyId: string) => world.query('update account_key set key_id = $1 where account_id = $2', [keyId, world.accountId])
    await nameKey('lost')
    world.vendors.faults.model = await awayFor(1 * hour)
    await expect(wrapUp(call)).rejects.toMatchObject({ cause: { cause: { type: 'config-invalid' } } })
    expect(await load(call)).toMatchObject({ summary: goodAnswer.summary, isOwnerTold: true, recordingState: 'started', isWrappedUp: false })

    await nameKey('k1')
    await wrapUp(call)
    expect(await load(call)).toMatchObject({ recordingState: 'deleted', isWrappedUp: true })
    expect(await world.ledgers(call.ref)).toEqual({ usage: 1, tasks: 1, gaps: 1, recordings: 1 })
    expect(mailsOf(call)).toHaveLength(1)
  })

  it('takes the end from our own records when Twilio never tells it', async () => {
    const call = await world.placeCall()
    call.call.status = 'in-progress'
    expect(await wrapUp(call)).toBeGreaterThanOrEqual(25 * hour)
    expect(await load(call)).toMatchObject({ durationSeconds: 9, isWrappedUp: true })
  })
})
