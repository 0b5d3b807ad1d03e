import { setTimeout as wait } from 'node:timers/promises'
import { questions, ringUp, type Caller } from './callers.ts'
import { requireEqualLedgers } from './compare-ledgers.ts'
import { eventually, type Drill } from './drill.ts'
import { startHouse } from './house.ts'
import { readOurs } from './ledgers.ts'
import { startOwnTemporal } from './own-servers.ts'

/** FAULTS: what had to start, starts within 60 s of its return. */
const startsWithinMs = { full: 60_000, small: 100_000 }

/** F3: Temporal is killed with calls going on and wrap-ups running, and stays away; calls are answered all the same. */
export const temporalAway: Drill = async ({ dice, size, say }) => {
  const temporal = await startOwnTemporal()
  try {
    const house = await startHouse({ temporal })
    try {
      const callers: Caller[] = []
      const call = async () => {
        const caller = await ringUp(house, callers.length)
        callers.push(caller)
        await caller.insist(dice.pick('question', questions))
        return caller
      }
      const talking = await call()
      await (await call()).hangUp()
      await wait(dice.int('ms until the kill', 0, 1_000))
      await temporal.kill()
      const downUntilMs = Date.now() + (size === 'small' ? 2_000 : 60_000)
      await talking.insist('And where can I park?')
      await talking.hangUp()
      for (let nth = 0; nth < (size === 'small' ? 1 : 5); nth += 1) await (await call()).hangUp()
      await wait(Math.max(0, downUntilMs - Date.now()))
      await temporal.startAgain()
      const backAtMs = Date.now()
      const isSettled = async () => (await readOurs(house)).every(({ isSummarised }) => isSummarised)
      await eventually('every wrap-up is at work', isSettled, startsWithinMs[size])
      say(`all at work ${Date.now() - backAtMs} ms after Temporal's return`)
      await requireEqualLedgers(house, { callers, isModelAskedAgain: true })
    } finally {
      await house.stop()
    }
  } finally {
    await temporal.stop()
  }
}
