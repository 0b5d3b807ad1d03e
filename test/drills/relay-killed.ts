import { setTimeout as wait } from 'node:timers/promises'
import { keepTalking, questions, ringUp } from './callers.ts'
import { requireEqualLedgers } from './compare-ledgers.ts'
import { eventually, type Drill } from './drill.ts'
import { startHouse } from './house.ts'

/** F2: the relay is killed while calls talk; every one goes on or gets the fallback, and nothing answered is lost. */
export const relayKilled: Drill = async ({ dice, size, say }) => {
  // Fifty calls that talk ten times as fast as people: more would drown the machine, not the relay.
  const pace = { wordMs: size === 'small' ? 10 : 40, secondMs: 200, processingMs: 100 }
  // In `npm test` a relay may take long to start again: the calls are to go on all the same, not to get the fallback.
  const reconnect = { attempts: size === 'small' ? 600 : 50, delayMs: 100 }
  const house = await startHouse({ twilio: { pace, reconnect } })
  try {
    const callers = await Promise.all(Array.from({ length: size === 'small' ? 4 : 50 }, (_, nth) => ringUp(house, nth)))
    const killedAtMs: number[] = []
    const talk = await keepTalking(callers, dice.shuffle(questions))
    const kills = size === 'small' ? 1 : dice.int('kills', 1, 2)
    for (let kill = 1; kill <= kills; kill += 1) {
      await wait(dice.int('ms until the kill', 0, 1_500))
      killedAtMs.push(Date.now())
      house.kill('relay')
      await eventually('the relay is started again', () => house.restarts('relay') === kill)
      await house.untilReady('relay')
    }
    await talk.stop()
    await Promise.all(callers.map((caller) => caller.insist('And where can I park?')))
    const dropped = callers.filter(({ turns, hasHadFallback }) => turns.at(-1)?.endedBy !== 'reply-end' && !hasHadFallback())
    if (dropped.length) throw new Error(`${dropped.length} calls neither went on nor got the fallback`)
    say(`${callers.filter(({ hasHadFallback }) => hasHadFallback()).length} of ${callers.length} calls got the fallback`)
    await Promise.all(callers.map((caller) => caller.isOver() || caller.hangUp()))
    await requireEqualLedgers(house, { callers, killedAtMs })
  } finally {
    await house.stop()
  }
}
