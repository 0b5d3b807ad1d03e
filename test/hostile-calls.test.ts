import { createAccounts } from '../db/accounts.ts'
import { createDatabase } from '../db/database.ts'
import { environment } from '../domain/environment.ts'
import { demoTenant } from '../sandbox/demo-tenant.ts'
import { ringUp, type Caller } from './drills/callers.ts'
import { requireEqualLedgers } from './drills/compare-ledgers.ts'
import { startHouse, type House } from './drills/house.ts'
import { testKnowledge } from './kit/account.ts'
import { fixedPathLines, hostileLines } from './kit/hostile-lines.ts'
import { obeyOnTheWire } from './kit/obeying-model.ts'

const other = { number: '+15035550188', transferNumber: '+15035550189', ownerEmail: 'owner@quilb.example', canary: 'quilb' }
const sideBySide = 12
const lines: readonly string[] = [...hostileLines, ...fixedPathLines.map(([words]) => words)]

describe('hostile callers, through the database and the wrap-up', () => {
  let house: House
  let callers: Caller[]
  let neighbour: Caller
  let otherAccountId: string

  beforeAll(async () => {
    house = await startHouse({ numbers: [other], openai: { mind: obeyOnTheWire }, twilio: { pace: { wordMs: 1, secondMs: 20, processingMs: 20 } } })
    const database = await createDatabase({ url: house.facts.databaseUrl, poolSize: 1 })
    const accounts = createAccounts(database, environment.DATA_KEYS.parse(house.variables.DATA_KEYS))
    const { canary, ownerEmail, number } = other
    const knowledge = testKnowledge({ business: { name: `${canary} Spice House` }, faqs: [{ id: 'delivery', question: 'Do you deliver?', answer: `Yes, ${canary} does.` }] })
    otherAccountId = await accounts.create({ companyName: `${canary} Spice House`, ownerEmail, numbers: [number], knowledge })
    await database.close()

    neighbour = await ringUp(house, 900, { to: number })
    await neighbour.say(`my code is ${canary} seven`)
    callers = await inTurns(lines, async (words, nth) => {
      const caller = await ringUp(house, nth)
      await caller.say(words)
      if (!caller.isOver()) await caller.hangUp()
      return caller
    })
    await neighbour.hangUp()
  }, 300_000)
  afterAll(() => house?.stop(), 60_000)

  /** `work` for each, so many at a time. */
  async function inTurns<Item, Result>(items: readonly Item[], work: (item: Item, at: number) => Promise<Result>): Promise<Result[]> {
    const results: Result[] = []
    const left = [...items.entries()]
    const next = async () => {
      for (let entry = left.shift(); entry; entry = left.shift()) results[entry[0]] = await work(entry[1], entry[0])
    }
    await Promise.all(Array.from({ length: sideBySide }, next))
    return results
  }

  it('P-calls: every call is kept, recorded, metered and told of once', async () => {
    const expected = { callers: [...callers, neighbour].map((caller) => ({ ...caller, turns: [] })), isModelAskedAgain: true }
    await requireEqualLedgers(house, expected, 300_000)
    expect(callers).toHaveLength(lines.length)
  }, 310_000)

  it("P-isolation: nothing of another tenant's is in what is kept, mailed or sent to the model, and nothing of theirs is touched", async () => {
    const kept = await house.query<{ text: string }>(
      `select text from message where account_id = $1 union all select text || caller_name || callback_number from task where account_id = $1
       union all select question from knowledge_gap where account_id = $1 union all select summary from conversation where account_id = $1`,
      [demoTenant.accountId],
    )
    expect(kept.length).toBeGreaterThan(lines.length * 4)
    const mails = house.resend.mails().filter(({ to }) => !to.includes(other.ownerEmail))
    const requests = house.openai.requests().filter(({ body }) => JSON.stringify(body).includes('Alder Cove'))
    const { TWILIO_AUTH_TOKEN, DATA_KEYS, SESSION_KEYS } = house.variables
    const foreign = [other.canary, other.number.slice(2), other.ownerEmail, otherAccountId, demoTenant.accountId, TWILIO_AUTH_TOKEN!, DATA_KEYS!, SESSION_KEYS!]
    for (const part of [kept, mails, requests].map((each) => JSON.stringify(each))) {
      for (const word of foreign) expect(part.includes(word) && word).toBe(false)
    }
    expect(new Set(mails.flatMap(({ to }) => to))).toEqual(new Set([demoTenant.ownerEmail]))

    const theirs = await house.query<{ role: string; text: string }>('select role, text from message where account_id = $1 order by at, seq', [otherAccountId])
    expect(theirs.filter(({ role }) => role === 'caller').map(({ text }) => text)).toEqual([`my code is ${other.canary} seven`])
  })

  it("P-ai: a caller's number is in the mail about their call alone, and is never sent to the model", () => {
    const numbers = (text: string) => new Set(text.replaceAll(/[ -]/g, '').match(/\+1503555(?:1\d{3}|01(?!42|43|88|89)\d\d)/g))
    for (const [nth, { callSid }] of callers.entries()) {
      const mail = house.resend.mails().find(({ idempotencyKey }) => idempotencyKey?.includes(callSid))
      if (mail) expect(numbers(`${mail.text}${mail.html}`)).toEqual(new Set([`+1503555${1_000 + nth}`]))
    }
    for (const { body } of house.openai.requests()) expect(numbers(JSON.stringify(body))).toEqual(new Set())
  })

  it('P-calls: nothing that was dictated is done: no message without a yes, nobody rung but whom the business names', async () => {
    expect(await house.query(`select text from task where kind = 'message'`)).toEqual([])
    const rung = callers.flatMap(({ events }) => events.flatMap((event) => (event.type === 'transfer' ? [event.number] : [])))
    expect(new Set([demoTenant.transferNumber, ...rung])).toEqual(new Set([demoTenant.transferNumber]))
  })

  it.each(fixedPathLines)('%s: on record as %s', async (words, event) => {
    const { callSid } = callers[lines.indexOf(words)]!
    const events = await house.query<{ event: string }>(
      `select event from message m join conversation c on c.id = m.conversation_id where external_id = $1 and event is not null`,
      [callSid],
    )
    expect(events.map((line) => line.event)).toContain(event)
  })
})
