import { MockActivityEnvironment } from '@temporalio/testing'
import type { Logger } from '@temporalio/common'
import fc from 'fast-check'
import { conversationRefSchema } from '../domain/conversation.ts'
import { wrapUpSchema } from '../domain/outcome.ts'
import { damaged } from '../test/kit/damaged.ts'
import { propertyRuns, propertyTimeoutMs } from '../test/kit/property-runs.ts'
import { valuesOf } from '../test/kit/schema-values.ts'
import { createWrapUpWorld, goodAnswer, type WrapUpWorld } from '../test/kit/wrap-up-world.ts'
import { createConversationActivities } from './conversation-activities.ts'
import type { ConversationActivityDeps } from './conversation-activity-deps.ts'

type Activity = (...args: unknown[]) => Promise<unknown>

const ref = { accountId: '019a0000-0000-7000-8000-000000000001', conversationId: '019a0000-0000-7000-8000-000000000002' }
const silent = Object.fromEntries(['log', 'trace', 'debug', 'info', 'warn', 'error'].map((name) => [name, () => {}])) as unknown as Logger
const run = (activity: unknown, ...args: unknown[]) => new MockActivityEnvironment(undefined, { logger: silent }).run(activity as Activity, ...args)

describe('whatever an activity is handed', () => {
  it('is refused for good, and nothing is touched, unless it names a conversation', async () => {
    let touched = 0
    const room = new Proxy(() => 0, { get: () => () => Promise.reject(new Error(`touched ${(touched += 1)}`)) })
    const deps = new Proxy({}, { get: () => room }) as ConversationActivityDeps
    const { listDueWrapUps: _, passByForNow, confirmEnded, ...ofConversation } = createConversationActivities(deps)
    const activities: Record<string, unknown> = { ...ofConversation, confirmEnded: (given: never) => confirmEnded(given, { isLastLook: false }) }
    const isRef = (given: unknown) => conversationRefSchema.safeParse(given).success

    const property = fc.asyncProperty(fc.constantFrom(...Object.keys(activities)), damaged(fc.constant(ref), 3), async (name, given) => {
      touched = 0
      const failure = await run(activities[name], given).catch((error: unknown) => error)
      const isTaken = isRef(given)
      expect(failure).toMatchObject(isTaken ? { type: 'internal', nonRetryable: false } : { type: 'request-malformed', nonRetryable: true })
      expect(touched > 0).toBe(isTaken)
    })
    await fc.assert(property, propertyRuns(300))

    const lists = fc.asyncProperty(damaged(fc.array(fc.constant(ref), { minLength: 1 }), 3), async (given) => {
      touched = 0
      if (Array.isArray(given) && given.length <= 1_000 && given.every(isRef)) return
      await expect(run(passByForNow, given)).rejects.toMatchObject({ type: 'request-malformed', nonRetryable: true })
      expect(touched).toBe(0)
    })
    await fc.assert(lists, propertyRuns(200))
    await expect(run(confirmEnded, ref, { isLastLook: 'yes' })).rejects.toMatchObject({ type: 'request-malformed' })
  }, propertyTimeoutMs)
})

describe('whatever the model makes of a call', () => {
  let answer: unknown
  let world: WrapUpWorld

  beforeAll(async () => {
    world = await createWrapUpWorld(() => ({ model: { wrapUp: async () => answer }, mailer: { send: async () => ({ id: 'e' }) } }))
  })
  afterAll(() => world.stop())

  it('is kept whole and can be mailed, or is refused as malformed and leaves nothing', async () => {
    const answers = damaged(fc.oneof(fc.constant(goodAnswer), valuesOf(wrapUpSchema)))
    let kept = 0
    const property = fc.asyncProperty(answers, async (given) => {
      answer = given
      const { ref } = await world.placeCall()
      const failure = await run(world.activities.summarise, ref).then(() => null, (error: unknown) => error)
      const { summary, isSummarised, tasks } = (await world.wrapUps.load(ref))!
      if (failure === null) {
        expect(isSummarised).toBe(true)
        const wrapUp = given === null ? null : wrapUpSchema.parse(given)
        expect(summary ?? null).toBe(wrapUp?.summary.replaceAll('\0', '').toWellFormed() ?? null)
        expect(tasks).toHaveLength(wrapUp?.tasks.length ?? 0)
        kept += 1
        await run(world.activities.tellOwner, ref)
      } else {
        expect(failure).toMatchObject({ type: 'vendor-answer-malformed', nonRetryable: false })
        expect([isSummarised, summary, tasks]).toEqual([false, null, []])
        expect(await world.ledgers(ref)).toMatchObject({ tasks: 0, gaps: 0 })
      }
    })
    await fc.assert(property, propertyRuns(30))
    expect(kept).toBeGreaterThan(0)
  }, propertyTimeoutMs)
})
