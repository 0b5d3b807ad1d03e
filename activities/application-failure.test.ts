import { z } from 'zod'
import { Failure, failures, type FailureCode } from '../domain/failure.ts'
import { classifyFailures, toApplicationFailure } from './application-failure.ts'

const codes = Object.keys(failures) as FailureCode[]

describe("an activity's failure", () => {
  it.each(codes)('%s reaches Temporal under its code, retried or not as the code says', (code) => {
    expect(toApplicationFailure(new Failure(code, 'said'))).toMatchObject({
      type: code,
      message: 'said',
      nonRetryable: !failures[code].isRetryable,
    })
  })

  it.each([
    [90_000, 90_000],
    [10 * 365 * 86_400_000, 3_600_000],
    [undefined, undefined],
    // Temporal takes a delay of nothing for a retry that must not be.
    [0, undefined],
  ])('waits as long as a vendor asks (%p ms), within an hour', (retryAfterMs, nextRetryDelay) => {
    const { nextRetryDelay: delay } = toApplicationFailure(new Failure('vendor-rate-limited', 'said', { retryAfterMs }))
    expect(delay ?? undefined).toBe(nextRetryDelay)
  })

  it("takes no stranger's words along, in message, cause or stack", () => {
    const stranger = new TypeError('no property of Ann Lee\n    at +14155550142', { cause: new Error('Ann Lee') })
    const failure = toApplicationFailure(stranger)
    expect(failure).toMatchObject({ type: 'internal', message: 'TypeError', nonRetryable: false })
    expect(`${failure.message} ${failure.stack} ${JSON.stringify(failure)} ${String(failure.cause)}`).not.toMatch(
      /Ann|4155550142/,
    )
    expect(failure.stack).toContain('application-failure.test')
  })

  it('names where its input is malformed, without what is there', async () => {
    const { activity } = classifyFailures({
      activity: async (input: unknown) => z.object({ accountId: z.uuid() }).parse(input),
    })
    await expect(activity({ accountId: 'Ann Lee' } as never)).rejects.toMatchObject({
      type: 'request-malformed',
      nonRetryable: true,
      message: expect.stringContaining('accountId'),
    })
    await expect(activity({ accountId: 'Ann Lee' } as never)).rejects.not.toMatchObject({
      message: expect.stringContaining('Ann'),
    })
  })
})
