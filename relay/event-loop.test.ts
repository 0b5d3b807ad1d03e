import { until } from '../test/kit/until.ts'
import { watchEventLoop } from './event-loop.ts'

function keepBusy(forMs: number) {
  const untilMs = performance.now() + forMs
  while (performance.now() < untilMs);
}

it('an event loop that does not come to rest is busy and late, one that waits is neither', async () => {
  const eventLoop = watchEventLoop()
  await until(() => {
    const { busy, lagMs } = eventLoop.load()
    return busy < 0.5 && lagMs < 5
  })
  // Long enough between two looks for the loop to tell how late it was.
  let turns = 0
  await until(() => {
    keepBusy(50)
    if ((turns += 1) % 5 > 0) return false
    const { busy, lagMs } = eventLoop.load()
    return busy > 0.5 && lagMs > 10
  })
})
