import { setTimeout as wait } from 'node:timers/promises'
import { signRequest } from '../../sandbox/twilio/signature.ts'
import { demoTenant } from '../../sandbox/demo-tenant.ts'
import { keepTalking, questions, ringUp, type Caller } from './callers.ts'
import { requireEqualLedgers } from './compare-ledgers.ts'
import { eventually, type Drill } from './drill.ts'
import { startHouse, twilioAccount, type House } from './house.ts'
import { startOwnPostgres } from './own-servers.ts'

/** FAULTS: normal within 10 s. */
const normalWithinMs = { full: 10_000, small: 40_000 }

/** F4: PostgreSQL is killed and restarted, or frozen; calls go on, new ones get a 503 and so the fallback, and no line is lost. */
export const databaseHarmed: Drill = async ({ dice, size, say }) => {
  const postgres = await startOwnPostgres()
  try {
    const house = await startHouse({ database: postgres })
    try {
      const callers: Caller[] = await Promise.all(Array.from({ length: size === 'small' ? 2 : 10 }, (_, nth) => ringUp(house, nth)))
      const talk = await keepTalking(callers, dice.shuffle(questions))
      await wait(dice.int('ms until the harm', 0, 1_000))
      const harm = dice.pick('harm', ['kill', 'freeze'] as const)
      await postgres[harm]()
      if (harm === 'freeze') {
        await requirePromptRefusal(house, say)
        const turned = await ringUp(house, callers.length, { waitFor: 'answer' })
        await eventually('a new call gets the fallback', turned.hasHadFallback)
        if (!turned.isOver()) await turned.hangUp()
        await wait(size === 'small' ? 0 : 15_000)
        await postgres.thaw()
      } else {
        await postgres.startAgain()
      }
      const backAtMs = Date.now()
      for (const name of ['api', 'relay', 'worker'] as const) await house.untilReady(name)
      const next = await ringUp(house, callers.length + 1)
      await next.insist('Are you open on Saturdays?')
      const normalAfterMs = Date.now() - backAtMs
      say(`normal again after ${normalAfterMs} ms`)
      if (normalAfterMs > normalWithinMs[size]) throw new Error(`normal again only after ${normalAfterMs} ms`)
      await talk.stop()
      callers.push(next)
      const dropped = callers.filter((caller) => caller.isOver() || caller.events.some(({ type }) => type === 'reconnect' || type === 'session-end'))
      if (dropped.length) throw new Error(`${dropped.length} live calls did not go on`)
      await Promise.all(callers.map((caller) => caller.hangUp()))
      await requireEqualLedgers(house, { callers, isModelAskedAgain: true, mayBeUnknown: true })
    } finally {
      await house.stop()
    }
  } finally {
    await postgres.stop()
  }
}

/** 503: not 500, and not hanging. */
async function requirePromptRefusal({ facts }: House, say: (line: string) => void): Promise<void> {
  const url = `${facts.apiUrl}/twilio/voice`
  const params = { AccountSid: twilioAccount.accountSid, CallSid: `CA${'f'.repeat(32)}`, From: '+15035550199', To: demoTenant.number, CallStatus: 'ringing' }
  const headers = { 'X-Twilio-Signature': signRequest(twilioAccount.authToken, url, params) }
  const body = new URLSearchParams(params)
  const startedAtMs = Date.now()
  const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(15_000) })
  await response.text()
  say(`${response.status} after ${Date.now() - startedAtMs} ms`)
  if (response.status !== 503) throw new Error(`a webhook without the database gets ${response.status}`)
}
