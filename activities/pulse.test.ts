import { jest } from '@jest/globals'
import { MockActivityEnvironment } from '@temporalio/testing'
import { withPulse } from './pulse.ts'

describe('an activity with a pulse', () => {
  beforeEach(() => {
    jest.useFakeTimers()
  })

  afterEach(() => {
    jest.useRealTimers()
  })

  it('tells Temporal that its worker lives for as long as it runs, and no longer', async () => {
    const environment = new MockActivityEnvironment()
    let beats = 0
    environment.on('heartbeat', () => (beats += 1))
    const { promise, resolve } = Promise.withResolvers<string>()
    const { summarise } = withPulse({ summarise: () => promise })
    const done = environment.run(summarise)
    await jest.advanceTimersByTimeAsync(60_000)
    expect(beats).toBe(12)
    resolve('done')
    expect(await done).toBe('done')
    await jest.advanceTimersByTimeAsync(60_000)
    expect(beats).toBe(12)
  })
})
