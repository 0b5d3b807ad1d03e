import type { CallRecord } from './call-record.ts'
import { callSeconds, newSid } from './call-record.ts'
import type { LineEvent } from './line-events.ts'
import { TwilioError } from './twilio-error.ts'
import type { TwimlElement } from './twiml.ts'

/** Somebody whose telephone can be rung. Times in seconds of the simulated world. */
export interface Callee {
  outcome: 'answers' | 'no-answer' | 'busy' | 'failed'
  ringSeconds: number
  /** Hangs up after so long; the caller may be faster. */
  talkSeconds: number
}

export interface DialDeps {
  call: CallRecord
  pace: { secondMs: number }
  calleeOf(number: string): Callee
  addLeg(leg: CallRecord): void
  nowMs(): number
  tell(event: LineEvent): void
  /** Over early when the caller hangs up. */
  wait(ms: number): Promise<void>
  hasHungUp(): boolean
}

/**
 * Carries out <Dial>: rings, connects if somebody answers, and gives the fields that its action is told.
 * @throws TwilioError 13223 the number is none
 */
export async function dialCallee(verb: TwimlElement, deps: DialDeps): Promise<Record<string, string>> {
  const { call, pace, nowMs, tell, wait, hasHungUp } = deps
  const number = (verb.children[0]?.text ?? verb.text).trim()
  if (!/^\+[1-9]\d{6,14}$/.test(number)) throw new TwilioError(13223, 'Dial: Invalid phone number format')
  const { outcome, ringSeconds, talkSeconds } = deps.calleeOf(number)
  const timeoutSeconds = Number(verb.attributes.timeout ?? 30)
  const leg: CallRecord = {
    sid: newSid('CA'),
    parentSid: call.sid,
    from: verb.attributes.callerId ?? call.from,
    to: number,
    direction: 'outbound-dial',
    status: 'ringing',
    createdAtMs: nowMs(),
    startedAtMs: null,
    endedAtMs: null,
  }
  deps.addLeg(leg)

  tell({ type: 'transfer', number, status: 'ringing' })
  const isUnanswered = outcome === 'no-answer' || ringSeconds > timeoutSeconds
  await wait((isUnanswered ? timeoutSeconds : ringSeconds) * pace.secondMs)
  if (hasHungUp() || isUnanswered) leg.status = hasHungUp() ? 'canceled' : 'no-answer'
  else if (outcome !== 'answers') leg.status = outcome as 'busy' | 'failed'
  else {
    leg.startedAtMs = nowMs()
    leg.status = 'in-progress'
    tell({ type: 'transfer', number, status: 'answered' })
    await wait(Math.min(talkSeconds, Number(verb.attributes.timeLimit ?? Infinity)) * pace.secondMs)
    leg.status = 'completed'
  }
  leg.endedAtMs = nowMs()
  const status = leg.status === 'canceled' ? 'no-answer' : leg.status
  tell({ type: 'transfer', number, status: status as 'completed' | 'no-answer' | 'busy' | 'failed' })
  return {
    DialCallSid: leg.sid,
    DialCallStatus: leg.status,
    DialBridged: String(leg.startedAtMs !== null),
    ...(leg.startedAtMs === null ? {} : { DialCallDuration: String(callSeconds(leg)) }),
  }
}
