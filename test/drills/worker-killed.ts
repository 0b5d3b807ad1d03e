import { setTimeout as wait } from 'node:timers/promises'
import type { Fault } from '../../sandbox/stand-in/faults.ts'
import { questions, ringUp, type Caller } from './callers.ts'
import { requireEqualLedgers } from './compare-ledgers.ts'
import { eventually, type Drill } from './drill.ts'
import { startHouse, type House } from './house.ts'

/** An effect of the wrap-up at a vendor: what its request looks like, and how many of it were seen. */
interface Effect {
  name: string
  on: string
  standIn(house: House): { setFaults(faults: Fault[]): void; requests(): readonly { path: string; method?: string }[] }
}

const effects: Effect[] = [
  { name: 'look for the recording', on: 'GET /2010-04-01', standIn: ({ twilio }) => twilio },
  { name: 'fetch the recording', on: '.wav', standIn: ({ twilio }) => twilio },
  { name: 'delete the recording', on: 'DELETE /2010-04-01', standIn: ({ twilio }) => twilio },
  { name: 'sum up', on: 'POST /v1/chat/completions', standIn: ({ openai }) => openai },
  { name: 'tell the owner', on: 'POST /emails', standIn: ({ resend }) => resend },
]
const moments = ['before', 'after', 'between'] as const

/** From a worker's being there again. FAULTS: back at work within the heartbeat timeout (15 s) + 2 s; the rest is the work. */
const withinMs = { full: 30_000, small: 90_000 }

/** F1: the worker is killed before, after and between an effect and its commit; each effect is there once in the end. */
export const workerKilled: Drill = async ({ dice, size, say }) => {
  const house = await startHouse()
  try {
    const callers: Caller[] = []
    // whoever supervises starts anew three times a minute
    const kills = size === 'small' ? 1 : 3
    for (let kill = 1; kill <= kills; kill += 1) {
      const caller = await ringUp(house, kill)
      callers.push(caller)
      await caller.insist(dice.pick('question', questions))
      // Else the fault would strike the relay, which looks for a recording before it starts one.
      await eventually('the call is recorded', () => house.twilio.recordings().some(({ callSid }) => callSid === caller.callSid))
      const effect = dice.pick('effect', effects)
      const moment = dice.pick('moment', moments)
      await killAt(house, effect, moment, dice.int('ms until the kill', 0, 700), () => caller.hangUp())
      const killedAtMs = Date.now()
      await eventually('the worker is started again', () => house.restarts('worker') === kill)
      await house.untilReady('worker')
      await requireEqualLedgers(house, { callers, isModelAskedAgain: true }, withinMs[size])
      say(`all done ${Date.now() - killedAtMs} ms after the kill`)
    }
  } finally {
    await house.stop()
  }
}

async function killAt(house: House, { on, standIn }: Effect, moment: (typeof moments)[number], afterMs: number, hangUp: () => Promise<void>) {
  if (moment === 'between') {
    await hangUp()
    await wait(afterMs)
    return house.kill('worker')
  }
  // Before: the request is there and never carried out, since whoever asked is gone. After: it is, and nobody hears so.
  const { setFaults, requests } = standIn(house)
  setFaults([{ on, times: 1, ...(moment === 'before' ? { kind: 'slow', delayMs: 10_000 } : { kind: 'unheard' }) }])
  const before = requests().length
  const [method, path = ''] = on.includes(' ') ? on.split(' ') : [undefined, on]
  const isSeen = () => requests().slice(before).some((seen) => seen.path.includes(path) && (seen.method === undefined || method === undefined || seen.method === method))
  const hangingUp = hangUp()
  await eventually('the effect begins', isSeen)
  house.kill('worker')
  await hangingUp
  setFaults([])
}
