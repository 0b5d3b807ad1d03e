import { setTimeout as wait } from 'node:timers/promises'
import { createAccounts } from '../../db/accounts.ts'
import { createDatabase } from '../../db/database.ts'
import { demoTenant } from '../../sandbox/demo-tenant.ts'
import { testKeyring, testKnowledge } from '../kit/account.ts'
import { createTestDatabase } from '../kit/database.ts'
import { createDatabaseProxy } from '../kit/database-proxy.ts'
import { isAnswered, questions, ringUp, type Caller } from './callers.ts'
import { requireEqualLedgers } from './compare-ledgers.ts'
import { eventually, type Drill } from './drill.ts'
import { startHouse, type House } from './house.ts'
import { processes, readMetric } from './read-metric.ts'

const roundTripMs = 500
/** FAULTS: event-loop lag p99 < 200 ms. In `npm test` the machine is busy with other tests. */
const longestLagSeconds = { full: 0.2, small: 1 }
/** Somebody is there, or Twilio turns to the fallback. */
const ringsForMs = { full: 7_000, small: 14_000 }
/** Whoever was put through to a receptionist that can't get at the database hears of it by then. */
const heardWithinMs = 40_000

const other = {
  number: '+15035550144',
  transferNumber: '+15035550145',
  ownerEmail: 'owner@harbour-bicycles.example',
  /** In each of its answers, and in none of anybody else's. */
  word: 'Harbour',
}

/** F12: two connections a process, and half a second to the database and back each time, between two tenants' calls. */
export const databaseStarved: Drill = async ({ dice, size, say }) => {
  const database = await createTestDatabase()
  const proxy = await createDatabaseProxy(database.appUrl)
  try {
    const DATA_KEYS = testKeyring.map(({ id, key }) => `${id}:${Buffer.from(key).toString('base64')}`).join()
    const house = await startHouse({
      database: { adminUrl: database.adminUrl, appUrl: proxy.url },
      numbers: [other],
      processEnvironment: { DATABASE_POOL_SIZE: '2', DATA_KEYS },
    })
    try {
      await openOther(database.appUrl)
      let nth = 0
      const ring = (waitFor?: 'answer') => ringUp(house, nth, { to: nth++ % 2 ? other.number : demoTenant.number, waitFor })
      const callers = await Promise.all(Array.from({ length: size === 'small' ? 2 : 8 }, () => ring()))
      const order = dice.shuffle(questions)
      let isToStop = false
      const talking = callers.map(async (caller, at) => {
        for (let next = at; !isToStop; next += 1) await caller.insist(order[next % order.length]!)
      })
      await eventually('every call talks', () => callers.every(({ turns }) => turns.length > 0))
      await wait(dice.int('ms until it is slow', 0, 1_000))
      await readMetric(house, lag)

      // Its session with the relay is still to begin.
      const caught = await ring('answer')
      proxy.slow(roundTripMs)
      const late = [caught, ...(await Promise.all(Array.from({ length: size === 'small' ? 2 : 6 }, () => ring('answer'))))]
      requirePromptAnswers(house, late, size, say)
      await Promise.all(late.map((caller) => eventually('a new call gets an answer or the fallback', () => isServed(caller), heardWithinMs)))
      isToStop = true
      await Promise.all(talking)
      requireLive(callers)
      const leaving = [...callers.filter((_, at) => at % 2), ...late]
      const left = Promise.all(leaving.map((caller) => caller.isOver() || caller.hangUp()))
      await wait(dice.int('ms that it stays slow', 3_000, size === 'small' ? 4_000 : 30_000))
      await requireOrder(house, size, say)

      proxy.slow(0)
      const quickAtMs = Date.now()
      await left
      await Promise.all(callers.map((caller) => caller.isOver() || caller.insist('And where can I park?').then(() => caller.hangUp())))
      await requireEqualLedgers(house, { callers: [...callers, ...late], isModelAskedAgain: true, mayBeUnknown: true })
      say(`all wrapped up ${Date.now() - quickAtMs} ms after it was quick again`)
      await requireNothingMixed(house, [...callers, ...late])
    } finally {
      await house.stop()
    }
  } finally {
    proxy.stop()
    await database.drop()
  }
}

const lag = /^nodejs_eventloop_lag_p99_seconds\S* (\S+)$/m

/** A tenant that answers the demo's questions otherwise. */
async function openOther(url: string): Promise<void> {
  const { number, ownerEmail, word } = other
  const faqs = questions.map((question, nth) => ({ id: `faq-${nth}`, question, answer: `At ${word} Bicycles that is number ${nth}.` }))
  const knowledge = testKnowledge({ faqs, transfer: { number: other.transferNumber, when: 'always' } })
  const database = await createDatabase({ url, poolSize: 1 })
  await createAccounts(database, testKeyring).create({ companyName: `${word} Bicycles`, ownerEmail, numbers: [number], knowledge })
  await database.close()
}

/** Asks until there is an answer, or the call is somebody else's. */
const isServed = async (caller: Caller) => caller.hasHadFallback() || isAnswered(await caller.say('Are you open on Saturdays?'))

/** 200 or 503, soon. */
function requirePromptAnswers({ twilio }: House, callers: Caller[], size: 'full' | 'small', say: (line: string) => void): void {
  for (const { callSid } of callers) {
    const { call, entries } = twilio.calls().find((log) => log.call.sid === callSid)!
    const voice = entries.flatMap((entry) => (entry.kind === 'webhook' && entry.sent.name === 'voice' ? [entry] : []))[0]!
    const ms = voice.atMs - call.createdAtMs
    say(`a new call: ${voice.sent.status} after ${ms} ms`)
    if (![200, 503].includes(voice.sent.status!) || ms > ringsForMs[size]) throw new Error(`a new call got ${voice.sent.status} after ${ms} ms`)
  }
}

function requireLive(callers: Caller[]): void {
  const dropped = callers.filter((caller) => caller.isOver() || caller.events.some(({ type }) => type === 'reconnect' || type === 'session-end'))
  if (dropped.length) throw new Error(`${dropped.length} live calls did not go on`)
}

/** No process was held up, and whatever was refused was refused with 503. */
async function requireOrder(house: House, size: 'full' | 'small', say: (line: string) => void): Promise<void> {
  const lags = await readMetric(house, lag)
  say(`event-loop lag p99: ${processes.map((name) => `${name} ${lags[name]} s`).join(', ')}`)
  const held = processes.filter((name) => !(Number(lags[name]) < longestLagSeconds[size]))
  if (held.length) throw new Error(`held up: ${held.join(', ')}`)
  const { api } = await readMetric(house, /^ironvoice_webhooks_total\{[^}]*status="(?:5(?!03)|4)\d+"[^}]*\} \d+$/m)
  if (api) throw new Error(`webhooks were answered with something other than 503: ${api}`)
}

/** Each call, its lines and its mail are the account's whose number was called. */
async function requireNothingMixed({ query, resend }: House, callers: Caller[]): Promise<void> {
  const rows = await query<{ called: string; rightful: boolean; lines: string }>(`
    select c.called_number as called, c.account_id = n.account_id as rightful,
      coalesce((select string_agg(m.text, ' ') from message m where m.conversation_id = c.id and m.role = 'receptionist'), '') as lines
    from conversation c join phone_number n on n.e164 = c.called_number`)
  const mixed = rows.filter(({ called, rightful, lines }) => !rightful || (lines !== '' && lines.includes(other.word) !== (called === other.number)))
  if (mixed.length) throw new Error(`${mixed.length} of ${rows.length} calls hold another account's`)
  const spoken = callers.flatMap(({ turns }, at) => turns.filter(isAnswered).map(({ text, said }) => ({ text, said, isOthers: at % 2 === 1 })))
  const wrong = spoken.filter(({ text, isOthers }) => !isOthers && text.includes(other.word))
  if (wrong.length) throw new Error(`callers heard another account's: ${JSON.stringify(wrong)}`)
  const misled = resend.mails().filter(({ to, html }) => html?.includes(other.word) !== [to].flat().includes(other.ownerEmail))
  if (misled.length) throw new Error(`${misled.length} mails went to another account's owner`)
}
