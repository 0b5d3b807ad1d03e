import { setTimeout as wait } from 'node:timers/promises'
import { demoTenant } from '../../sandbox/demo-tenant.ts'
import { callSeconds } from '../../sandbox/twilio/call-record.ts'
import { signRequest } from '../../sandbox/twilio/signature.ts'
import { questions, ringUp, type Caller } from './callers.ts'
import { requireEqualLedgers } from './compare-ledgers.ts'
import type { Dice } from './dice.ts'
import type { Drill } from './drill.ts'
import { startHouse, twilioAccount, type House } from './house.ts'
import { readOurs } from './ledgers.ts'

interface Webhook {
  url: string
  params: Record<string, string>
}

/** F6: Twilio's words come 1–5 times each, in any order, twenty at once – first ones and repeated ones. */
export const webhooksRepeated: Drill = async ({ dice, size, say }) => {
  const house = await startHouse()
  try {
    const callers: Caller[] = []
    for (let nth = 0; nth < (size === 'small' ? 2 : 10); nth += 1) {
      house.twilio.setFaults([
        { on: 'webhook voice', kind: 'duplicate', copies: dice.int('copies of the first', 2, 5), times: 1 },
        { on: 'callback', kind: 'lose' },
      ])
      const caller = await ringUp(house, nth)
      callers.push(caller)
      await caller.insist(dice.pick('question', questions))
      await caller.hangUp()
    }
    house.twilio.setFaults([])
    const sent = callers.flatMap(({ callSid }) => webhooksOf(house, callSid))
    await deliver(sent, dice, say)
    await requireEqualLedgers(house, { callers })
    const before = JSON.stringify(await readOurs(house))
    await deliver(sent, dice, say)
    await requireEqualLedgers(house, { callers })
    const after = JSON.stringify(await readOurs(house))
    if (after !== before) throw new Error(`repeated webhooks changed what was kept:\n${before}\n${after}`)
  } finally {
    await house.stop()
  }
}

/** All that Twilio has to say of a call that is over; of which only the first was delivered. */
function webhooksOf({ facts, twilio }: House, callSid: string): Webhook[] {
  const { call, entries } = twilio.calls().find(({ call }) => call.sid === callSid)!
  const first = entries.flatMap((entry) => (entry.kind === 'webhook' ? [entry.sent] : [])).find(({ name }) => name === 'voice')!
  const seconds = String(callSeconds(call))
  const over = { ...first.params, CallStatus: 'completed' }
  const status = { url: `${facts.apiUrl}/twilio/voice/status`, params: { ...over, CallDuration: seconds, Duration: '1', SequenceNumber: '0' } }
  const action = { url: `${facts.apiUrl}/twilio/voice/action`, params: { ...over, SessionId: `VX${'0'.repeat(32)}`, SessionStatus: 'completed', SessionDuration: seconds } }
  const recordings = twilio.recordings().filter((recording) => recording.callSid === callSid)
  const recorded = recordings.flatMap(({ sid, callback, durationSeconds }) =>
    ['in-progress', 'completed'].map((state) => ({
      url: callback!.url,
      params: { AccountSid: twilioAccount.accountSid, CallSid: callSid, RecordingSid: sid, RecordingStatus: state, RecordingDuration: String(durationSeconds), RecordingUrl: `${twilio.url}/${sid}` },
    })),
  )
  return [{ url: first.url, params: first.params }, status, action, ...recorded]
}

/** @throws Error when one of them is not taken. */
async function deliver(webhooks: Webhook[], dice: Dice, say: (line: string) => void): Promise<void> {
  const seed = dice.int('copies', 1, 5)
  const copies = dice.shuffle(webhooks.flatMap((webhook, at) => Array.from({ length: ((seed + at) % 5) + 1 }, () => webhook)))
  const refused: string[] = []
  const sender = async () => {
    for (let next = copies.shift(); next; next = copies.shift()) {
      const { url, params } = next
      const headers = { 'X-Twilio-Signature': signRequest(twilioAccount.authToken, url, params) }
      const response = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(params) })
      await response.text()
      if (!response.ok) refused.push(`${url} of ${params.CallSid}: ${response.status}`)
      await wait(0)
    }
  }
  say(`${copies.length} webhooks about ${demoTenant.number}, twenty at once`)
  await Promise.all(Array.from({ length: 20 }, sender))
  if (refused.length) throw new Error(`webhooks were refused:\n  ${refused.join('\n  ')}`)
}
