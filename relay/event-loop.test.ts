import { until } from '../test/kit/until.ts'
import { watchEventLoop, type EventLoopLoad } from './event-loop.ts'

function keepBusy(forMs: number) {
  const untilMs = performance.now() + forMs
  while (performance.now() < untilMs);
}

it('an event loop that does not come to rest is busier and later than one that waits', async () => {
  const eventLoop = watchEventLoop()
  let quiet!: EventLoopLoad
  await until(() => {
    quiet = eventLoop.load()
    return quiet.busy < 0.1 && quiet.lagMs < 5
  })
  // Long enough between two looks for the loop to tell how late it was.
  let turns = 0
  await until(() => {
    keepBusy(50)
    if ((turns += 1) % 5 > 0) return false
    const { busy, lagMs } = eventLoop.load()
    return busy > quiet.busy && lagMs > 10
  })
})
