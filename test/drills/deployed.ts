import { Client, Connection } from '@temporalio/client'
import { environment } from '../../domain/environment.ts'
import { wrapUpWorkflowId } from '../../domain/workflow-names.ts'
import type { Fault } from '../../sandbox/stand-in/faults.ts'
import { recordedHistories, replay } from '../kit/histories.ts'
import { quietTemporal } from '../kit/temporal.ts'
import { dataKeys } from '../kit/wrap-up-world.ts'
import { bundleWorkflows } from '../../workers/conversation-worker.ts'
import { keepTalking, questions, ringUp, type Caller } from './callers.ts'
import { requireEqualLedgers } from './compare-ledgers.ts'
import { eventually, type Drill } from './drill.ts'
import { startHouse, type House } from './house.ts'
import { readOurs } from './ledgers.ts'

const relayOrigin = 'wss://relay.ironvoice.test'
const talkingCalls = { full: 50, small: 4 }
const runningWrapUps = { full: 100, small: 6 }

/** What keeps wrap-ups running: mails that are being sent when the worker is told to end, or wait for another try. */
const mailTroubles: Fault[] = [
  { on: 'POST /emails', kind: 'slow', delayMs: 8_000 },
  { on: 'POST /emails', kind: 'hang' },
  { on: 'POST /emails', kind: 'status', status: 429, retryAfterSeconds: 5 },
]

/** F10: relay and worker are replaced under calls that talk and wrap-ups that run; nobody notices. */
export const deployed: Drill = async ({ dice, size, say }) => {
  // The balancer before the relays: whoever connects now is brought where this points to.
  const origins: Record<string, string> = {}
  const pace = { wordMs: size === 'small' ? 10 : 40, secondMs: 200, processingMs: 100 }
  const house = await startHouse({ twilio: { pace, origins }, processEnvironment: { RELAY_PUBLIC_URL: relayOrigin } })
  try {
    const oldRelay = house.facts.relayUrl.replace('ws:', 'http:')
    origins[relayOrigin] = oldRelay
    const order = dice.shuffle(questions)
    house.resend.setFaults([dice.pick('mails meanwhile', mailTroubles)])
    const before = await callAndHangUp(house, runningWrapUps[size], order)
    const isRunning = async () => (await readOurs(house)).every((call) => call.isSummarised && !call.isWrappedUp)
    await eventually('every wrap-up is at its mail', isRunning)

    const live = await Promise.all(Array.from({ length: talkingCalls[size] }, (_, nth) => ringUp(house, before.length + nth)))
    const talk = await keepTalking(live, order)

    const newRelay = await house.startSecondRelay()
    house.kill('relay', 'SIGTERM')
    house.kill('worker', 'SIGTERM')
    await eventually('the old relay takes no new calls', async () => (await fetch(`${oldRelay}/readyz`)).status === 503)
    const tooEarly = await ringUp(house, before.length + live.length, { waitFor: 'answer' })
    await eventually('one that the balancer brings there all the same is refused', () => tooEarly.events.some(({ type }) => type === 'session-end'))
    origins[relayOrigin] = newRelay
    const after = await callAndHangUp(house, size === 'small' ? 1 : 10, order)
    await eventually('the new worker is at work', () => house.restarts('worker') === 1)
    await house.untilReady('worker')
    house.resend.setFaults([])

    await talk.stop()
    await Promise.all(live.map((caller) => caller.insist('And where can I park?')))
    const isNoticed = ({ isOver, events }: Caller) => isOver() || events.some(({ type }) => type === 'reconnect' || type === 'session-end')
    if (live.some(isNoticed)) throw new Error(`${live.filter(isNoticed).length} of ${live.length} live calls noticed the deploy`)
    await tooEarly.insist(order[0]!)
    if (!tooEarly.hasHadFallback() && tooEarly.turns.length === 0) throw new Error('the call that was refused had neither an answer nor the fallback')
    const callers = [...before, ...live, tooEarly, ...after]
    await Promise.all(callers.map((caller) => caller.isOver() || caller.hangUp()))
    for (const name of ['relay', 'worker']) {
      await eventually(`the old ${name} has ended in order`, () => house.said.includes(`${name} ended unexpectedly: exit code 0`))
    }
    await requireEqualLedgers(house, { callers, isModelAskedAgain: true })
    say(`${live.length} calls talked on, ${before.length} wrap-ups went on`)
    await requireReplay(house, before)
  } finally {
    await house.stop()
  }
}

/** Calls, ten at once, that ask something and end. */
async function callAndHangUp(house: House, count: number, order: string[]): Promise<Caller[]> {
  const callers: Caller[] = []
  while (callers.length < count) {
    const few = Array.from({ length: Math.min(10, count - callers.length) }, async (_, nth) => {
      const caller = await ringUp(house, callers.length + nth)
      await caller.insist(order[nth % order.length]!)
      await caller.hangUp()
      return caller
    })
    callers.push(...(await Promise.all(few)))
  }
  return callers
}

/** What is on record, and what the old worker began and the new one ended: all of it is what today's code would do. */
async function requireReplay({ facts, variables }: House, callers: Caller[]): Promise<void> {
  const workflowBundle = await bundleWorkflows(quietTemporal())
  for (const recorded of recordedHistories()) await replay(workflowBundle, dataKeys, recorded)
  const connection = await Connection.connect({ address: facts.temporalAddress })
  try {
    const client = new Client({ connection, namespace: facts.temporalNamespace })
    for (const { callSid } of callers) {
      const workflowId = wrapUpWorkflowId(callSid)
      const history = await client.workflow.getHandle(workflowId).fetchHistory()
      await replay(workflowBundle, environment.DATA_KEYS.parse(variables.DATA_KEYS), { workflowId, history })
    }
  } finally {
    await connection.close()
  }
}
