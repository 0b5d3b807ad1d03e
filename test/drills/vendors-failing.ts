import type { Fault } from '../../sandbox/stand-in/faults.ts'
import { questions, ringUp, type Caller } from './callers.ts'
import { requireEqualLedgers } from './compare-ledgers.ts'
import type { Dice } from './dice.ts'
import type { Drill } from './drill.ts'
import { startHouse } from './house.ts'

const quick: Fault[] = [
  { kind: 'status', status: 429, retryAfterSeconds: 3 },
  { kind: 'status', status: 500 },
  { kind: 'reset' },
  { kind: 'cut-body' },
  { kind: 'wrong-json' },
  { kind: 'unheard' },
]
const long: Fault[] = [{ kind: 'slow', delayMs: 30_000 }, { kind: 'hang' }]
const inTurn: Fault[] = [...quick, ...long, { kind: 'stall', afterTokens: 0 }, { kind: 'stall', afterTokens: 3 }]

/** FAULTS: a caller hears something within 3 s; in `npm test` the machine may be busy with other tests. */
const heardWithinMs = { full: 3_000, small: 10_000 }

/** F5: the model, Twilio's REST API and Resend fail in all their ways, during the call and after it. */
export const vendorsFailing: Drill = async ({ dice, size, say }) => {
  const house = await startHouse()
  const { openai, twilio, resend } = house
  try {
    const callers: Caller[] = []
    for (let nth = 0; nth < (size === 'small' ? 1 : 6); nth += 1) {
      const start = strike(dice, 'starting to record', quick, 'POST /2010-04-01')
      const isStartKept = watchRetryAfter(() => twilio.requests().filter(({ method }) => method === 'POST'), start)
      twilio.setFaults([start])
      const caller = await ringUp(house, nth)
      callers.push(caller)
      openai.setFaults([strike(dice, 'during the turn', inTurn, 'POST /v1/chat/completions')])
      const turn = await caller.say(dice.pick('question', questions))
      say(`heard after ${turn.firstWordMs} ms: ${turn.filler} ${turn.text}`)
      const isHeard = turn.firstWordMs !== null && turn.firstWordMs <= heardWithinMs[size]
      if (!isHeard && !caller.hasHadFallback()) throw new Error(`the caller heard nothing for ${turn.firstWordMs} ms (${turn.endedBy})`)

      const afterwards = size === 'small' ? quick : [...quick, ...long]
      const summary = strike(dice, 'summing up', afterwards, 'POST /v1/chat/completions')
      const mail = strike(dice, 'the mail', afterwards, 'POST /emails')
      const [isSummaryKept, isMailKept] = [watchRetryAfter(openai.requests, summary), watchRetryAfter(resend.requests, mail)]
      openai.setFaults([summary])
      resend.setFaults([mail])
      twilio.setFaults([strike(dice, 'bringing the recording home', afterwards, dice.pick('of', ['GET /2010-04-01', 'DELETE /2010-04-01', '.wav']))])
      if (!caller.isOver()) await caller.hangUp()
      await requireEqualLedgers(house, { callers, isModelAskedAgain: true }, 240_000)
      if (!isStartKept() || !isSummaryKept() || !isMailKept()) throw new Error('a Retry-After was not kept')
      for (const standIn of [openai, twilio, resend]) standIn.setFaults([])
    }
  } finally {
    await house.stop()
  }
}

function strike(dice: Dice, what: string, faults: Fault[], on: string): Fault {
  return { ...dice.pick(what, faults), times: dice.int('times', 1, 2), on }
}

/** Whether the request after the one that is refused came as late as it was asked to. */
function watchRetryAfter(requests: () => readonly { atMs: number }[], { retryAfterSeconds = 0 }: Fault) {
  const before = requests().length
  return () => {
    const [refused, next] = requests().slice(before)
    return !refused || !next || next.atMs - refused.atMs >= retryAfterSeconds * 1_000
  }
}
