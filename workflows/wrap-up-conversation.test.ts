import { createHash, randomUUID } from 'node:crypto'
import { jest } from '@jest/globals'
import { lookAgainSignalName, workflowTypes, wrapUpWorkflowId } from '../domain/workflow-names.ts'
import { contentsOf, recordHistory } from '../test/kit/histories.ts'
import { createPayloadCipher } from '../providers/payload-cipher.ts'
import { createTestQueue } from '../test/kit/temporal.ts'
import { until } from '../test/kit/until.ts'
import { silence } from '../test/kit/wrap-up-vendors.ts'
import { startWorker } from '../test/kit/wrap-up-worker.ts'
import {
  createWrapUpWorld,
  dataKeys,
  goodAnswer,
  line,
  people,
  personalWords,
  type WrapUpWorld,
} from '../test/kit/wrap-up-world.ts'

jest.setTimeout(120_000)

const taskQueue = createTestQueue('wrap-up')
/** What the next metering fails with, after it was done. */
const failures: string[] = []
let world: WrapUpWorld
let worker: Awaited<ReturnType<typeof startWorker>>

beforeAll(async () => {
  world = await createWrapUpWorld(({ wrapUps }) => ({
    wrapUps: {
      ...wrapUps,
      meter: async (...args) => {
        await wrapUps.meter(...args)
        const detail = failures.pop()
        if (detail) throw new TypeError(detail, { cause: new Error(detail) })
      },
    },
  }))
  world.vendors.setAnswer(goodAnswer)
  worker = await startWorker({ taskQueue, activities: world.activities })
})

afterAll(async () => {
  await worker?.stop()
  await world?.stop()
})

type Placed = Awaited<ReturnType<WrapUpWorld['placeCall']>>

/** As api and relay do it. */
async function trigger({ ref, callSid }: Placed): Promise<string | null> {
  try {
    const handle = await worker.client.workflow.signalWithStart(workflowTypes.wrapUpConversation, {
      workflowId: wrapUpWorkflowId(callSid),
      taskQueue,
      args: [ref],
      signal: lookAgainSignalName,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    })
    return handle.signaledRunId
  } catch (error) {
    if ((error as Error).name !== 'WorkflowExecutionAlreadyStartedError') throw error
    return null
  }
}

const finished = ({ callSid }: Placed) => worker.client.workflow.getHandle(wrapUpWorkflowId(callSid)).result()
const mailOf = ({ callSid }: Placed) => world.vendors.mails.get(`${wrapUpWorkflowId(callSid)}/tell-owner`)
const load = async ({ ref }: Placed) => (await world.wrapUps.load(ref))!

describe('a wrap-up', () => {
  it('P-calls keeps recording, outcome, summary, tasks and gaps, and tells the owner', async () => {
    const call = await world.placeCall({ recordingState: 'started', takesMessage: true })
    const bytes = silence(40)
    call.call.recordings.push({ sid: `RE${'a'.repeat(32)}`, status: 'completed', bytes })
    await trigger(call)
    await finished(call)

    expect(await load(call)).toMatchObject({
      durationSeconds: 62,
      recordingState: 'deleted',
      outcome: 'message-taken',
      summary: goodAnswer.summary,
      gaps: [people.gap],
      isOwnerTold: true,
      isWrappedUp: true,
    })
    expect(await world.ledgers(call.ref)).toEqual({ usage: 1, tasks: 2, gaps: 1, recordings: 1 })
    const kept = await world.recordings.find(call.ref)
    expect(kept).toMatchObject({ byteLength: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
    expect(world.vendors.deleted).toContain(`RE${'a'.repeat(32)}`)
    expect(mailOf(call)).toMatchObject({ to: people.owner, text: expect.stringContaining(people.message) })
    await recordHistory(worker.client, 'normal', wrapUpWorkflowId(call.callSid))
  })

  it('P-usage is one run for twenty triggers, before, during and after it', async () => {
    const call = await world.placeCall({ recordingState: 'started' })
    call.call.status = 'in-progress'
    call.call.recordings.push({ sid: `RE${'b'.repeat(32)}`, status: 'processing', bytes: silence(1) })
    const early = await Promise.all(Array.from({ length: 8 }, () => trigger(call)))
    call.call.status = 'completed'
    const during = await Promise.all(Array.from({ length: 8 }, () => trigger(call)))
    call.call.recordings[0]!.status = 'completed'
    during.push(await trigger(call))
    await finished(call)
    const late = await Promise.all(Array.from({ length: 3 }, () => trigger(call)))

    expect(new Set([...early, ...during])).toEqual(new Set([early[0]]))
    expect(late).toEqual([null, null, null])
    expect(await world.ledgers(call.ref)).toMatchObject({ usage: 1, recordings: 1 })
    expect([...world.vendors.mails.keys()].filter((key) => key.includes(call.callSid))).toHaveLength(1)
  })

  it('changes nothing on a hint while the call lives', async () => {
    const call = await world.placeCall()
    call.call.status = 'in-progress'
    const looksBefore = world.vendors.counts.looks
    await trigger(call)
    await until(() => world.vendors.counts.looks > looksBefore)
    await trigger(call)
    await until(() => world.vendors.counts.looks > looksBefore + 1)
    expect(await load(call)).toMatchObject({
      endedAtMs: null,
      durationSeconds: null,
      outcome: null,
      isWrappedUp: false,
    })
    expect(await world.ledgers(call.ref)).toMatchObject({ usage: 0 })

    call.call.status = 'completed'
    await trigger(call)
    await finished(call)
    expect(await load(call)).toMatchObject({ durationSeconds: 62, isWrappedUp: true })
  })

  it('needs no trigger about the recording to see it come late', async () => {
    const call = await world.placeCall({ recordingState: 'started' })
    call.call.recordings.push({ sid: `RE${'c'.repeat(32)}`, status: 'processing', bytes: silence(1) })
    await trigger(call)
    await until(async () => (await load(call)).isOwnerTold)
    expect((await load(call)).isWrappedUp).toBe(false)
    call.call.recordings[0]!.status = 'completed'
    await finished(call)
    expect(await load(call)).toMatchObject({ recordingState: 'deleted', isWrappedUp: true })
  })

  it('P-consent deletes a recording that its caller objected to, unseen, whatever the row says', async () => {
    const objection = line(5, 'event', '', { event: 'recording-objected' })
    const call = await world.placeCall({
      recordingState: 'started',
      lines: [line(1, 'caller', people.words), objection],
    })
    call.call.recordings.push({ sid: `RE${'d'.repeat(32)}`, status: 'completed', bytes: silence(1) })
    const downloadsBefore = world.vendors.counts.downloads
    await trigger(call)
    await finished(call)
    expect(await load(call)).toMatchObject({ recordingState: 'objected', isWrappedUp: true })
    expect(world.vendors.deleted).toContain(`RE${'d'.repeat(32)}`)
    expect(world.vendors.counts.downloads).toBe(downloadsBefore)
    expect(await world.ledgers(call.ref)).toMatchObject({ recordings: 0 })
  })

  it('P-calls calls a transfer one, though Twilio tells how it went only after it told of the end', async () => {
    const rung = line(5, 'event', 'The business was rung.', { event: 'transfer-requested' })
    const call = await world.placeCall({ lines: [line(1, 'caller', people.words), rung] })
    await trigger(call)
    await until(async () => (await world.ledgers(call.ref)).usage === 1)
    const answered = line(60, 'event', 'The business answered.', { event: 'transfer-answered' })
    await world.transcripts.write(call.ref, [answered])
    await trigger(call)
    await finished(call)
    expect(await load(call)).toMatchObject({ outcome: 'transferred', isOwnerTold: true })
  })

  it('loses no mail to a vendor that wants to be asked again at once', async () => {
    const call = await world.placeCall()
    const requestsBefore = world.vendors.counts.mailRequests
    const limited = { status: 429, body: { statusCode: 429, name: 'rate_limit_exceeded' }, headers: { 'Retry-After': '0' } }
    world.vendors.faults.mail = (attempt) => (attempt === requestsBefore + 1 ? limited : null)
    await trigger(call)
    await finished(call)
    expect(await load(call)).toMatchObject({ isOwnerTold: true })
    expect(mailOf(call)).toMatchObject({ to: people.owner })
  })

  it('P-usage does nothing again for a trigger that comes when Temporal has forgotten the first run', async () => {
    const call = await world.placeCall({ takesMessage: true })
    await trigger(call)
    await finished(call)
    const before = { record: await load(call), ledgers: await world.ledgers(call.ref), ...world.vendors.counts }
    const again = await worker.client.workflow.start(workflowTypes.wrapUpConversation, {
      workflowId: wrapUpWorkflowId(call.callSid),
      taskQueue,
      args: [call.ref],
    })
    await again.result()
    expect({ record: await load(call), ledgers: await world.ledgers(call.ref), ...world.vendors.counts }).toEqual(before)
  })

  it('sums a call up by the knowledge that it was answered from, whatever was published since', async () => {
    const call = await world.placeCall()
    await world.query(`insert into knowledge_version (account_id, version, content)
      select account_id, 2, jsonb_set(content, '{business,name}', '"Renamed"') from knowledge_version`)
    await world.query('update account set published_knowledge_version = 2')
    await trigger(call)
    await finished(call)
    expect(world.vendors.prompts.at(-1)).toContain('Harbor Lane Dental')
    expect(world.vendors.prompts.at(-1)).not.toContain('Renamed')
  })

  it('ends when its conversation was erased meanwhile', async () => {
    const { ref, callSid } = await world.placeCall()
    const erased = { ...ref, conversationId: ref.accountId }
    await worker.client.workflow.start(workflowTypes.wrapUpConversation, {
      workflowId: wrapUpWorkflowId(callSid),
      taskQueue,
      args: [erased],
    })
    const result = worker.client.workflow.getHandle(wrapUpWorkflowId(callSid)).result()
    await expect(result).rejects.toMatchObject({ cause: { cause: { type: 'not-found', nonRetryable: true } } })
  })

  it.each([
    ['nothing', []],
    ['null', [null]],
    ['words', ['x']],
    ['an account that is none', [{ accountId: '__proto__', conversationId: '' }]],
    ['more than a conversation', [{ accountId: randomUUID(), conversationId: randomUUID(), phone: '+12065550100' }]],
  ])('handed %s, fails for good and touches nothing', async (_, args) => {
    const workflowId = `wrap-up-of-nothing-${randomUUID()}`
    const handle = await worker.client.workflow.start(workflowTypes.wrapUpConversation, { workflowId, taskQueue, args })
    const looksBefore = world.vendors.counts.looks
    await expect(handle.result()).rejects.toMatchObject({ cause: { cause: { type: 'request-malformed' } } })
    expect(world.vendors.counts.looks).toBe(looksBefore)
  })

  it('asks no model about a caller who said nothing, and mails no owner about it', async () => {
    const call = await world.placeCall({ lines: [line(1, 'receptionist', 'Harbor Lane Dental, how can I help?')] })
    const asksBefore = world.vendors.counts.model
    await trigger(call)
    await finished(call)
    expect(await load(call)).toMatchObject({
      outcome: 'abandoned',
      summary: null,
      isOwnerTold: false,
      isWrappedUp: true,
    })
    expect(world.vendors.counts.model).toBe(asksBefore)
    expect(mailOf(call)).toBeUndefined()
  })

  it('leaves no person in what Temporal stores, failures included, neither as it is stored nor deciphered', async () => {
    const call = await world.placeCall({ recordingState: 'started', takesMessage: true })
    call.call.recordings.push({ sid: `RE${'e'.repeat(32)}`, status: 'completed', bytes: silence(1) })
    failures.push(`duplicate key (phone)=(${people.caller}) of ${people.callerName}`)
    await trigger(call)
    await finished(call)

    const handle = worker.client.workflow.getHandle(wrapUpWorkflowId(call.callSid))
    const history = await handle.fetchHistory()
    const cipher = createPayloadCipher(dataKeys)
    const asStored = await contentsOf(history, async (payload) => payload)
    const deciphered = await contentsOf(history, async (payload) => (await cipher.decode([payload]))[0]!)
    const encodings = asStored.payloads.map(({ metadata }) => Buffer.from(metadata.encoding!).toString())

    expect(new Set(encodings)).toEqual(new Set(['binary/encrypted']))
    expect(deciphered.words).toContain(call.ref.conversationId)
    expect(deciphered.words).toContain('internal: TypeError')
    expect(asStored.words).not.toMatch(/TypeError|message-taken/)
    expect(asStored.words).not.toContain(call.ref.conversationId)
    for (const { words } of [asStored, deciphered]) expect(words).not.toMatch(personalWords)
    expect(
      JSON.stringify(await handle.describe(), (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toMatch(personalWords)
  })
})
