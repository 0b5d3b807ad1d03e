import { setTimeout as wait } from 'node:timers/promises'
import { demoTenant } from '../../sandbox/demo-tenant.ts'
import { dial, type PhoneEvent, type Reply } from '../../sandbox/twilio/phone.ts'
import { eventually } from './drill.ts'
import type { House } from './house.ts'

export interface Turn extends Reply {
  said: string
  startedAtMs: number
  endedAtMs: number
  /** The line to the relay broke meanwhile. */
  isDisturbed: boolean
}

export interface Caller {
  callSid: string
  turns: Turn[]
  events: PhoneEvent[]
  say(words: string): Promise<Turn>
  /** Asks, again if need be, until there is an answer, or nobody to ask any more. */
  insist(words: string): Promise<void>
  isOver(): boolean
  /** Was rung through to a person, or sent off politely. */
  hasHadFallback(): boolean
  hangUp(): Promise<void>
}

/** What the demo's knowledge answers. */
export const questions = [
  'Are you open on Saturdays?',
  'How much does teeth whitening cost?',
  'How much is the new patient exam?',
  'How much is a root canal?',
  'How much is a porcelain crown?',
  'What is your address?',
  'How much is a night guard?',
  'How much is teeth cleaning?',
  'How much is deep cleaning?',
  'How much are clear aligners?',
]

/** Somebody rings, the demo's number by default; the `nth` of a drill has a number of their own. */
export async function ringUp(house: House, nth: number, options: { to?: string; waitFor?: 'greeting' | 'answer' } = {}): Promise<Caller> {
  const turns: Turn[] = []
  const events: PhoneEvent[] = []
  const isBreak = (event: PhoneEvent) => event.type === 'session-end' || (event.type === 'reconnect' && event.state === 'lost')
  const call = await dial({
    to: demoTenant.number,
    ...options,
    from: `+1503555${String(1_000 + nth)}`,
    twilioUrl: house.twilio.url,
    onEvent: (event) => void (event.type !== 'token' && events.push(event)),
  })

  async function say(words: string): Promise<Turn> {
    const before = events.length
    const startedAtMs = Date.now()
    const reply = await call.say(words)
    const turn = { ...reply, said: words, startedAtMs, endedAtMs: Date.now(), isDisturbed: events.slice(before).some(isBreak) }
    turns.push(turn)
    return turn
  }

  return {
    callSid: call.callSid,
    turns,
    events,
    say,
    async insist(words) {
      while (!call.isOver() && !isAnswered(await say(words))) await wait(200)
    },
    isOver: call.isOver,
    hasHadFallback: () => events.some(({ type }) => type === 'transfer' || type === 'announcement') || call.isOver(),
    hangUp: () => call.hangUp(),
  }
}

/** Each of them asks on and on, until its call is over or all are told to stop. Resolves once all have had an answer. */
export async function keepTalking(callers: readonly Caller[], order: readonly string[]) {
  let isToStop = false
  const talking = callers.map(async (caller, nth) => {
    for (let at = nth; !isToStop && !caller.isOver(); at += 1) await caller.insist(order[at % order.length]!)
  })
  await eventually('every call talks', () => callers.every(({ turns }) => turns.length > 0))
  return {
    async stop() {
      isToStop = true
      await Promise.all(talking)
    },
  }
}

export const isAnswered = ({ endedBy, text }: Turn): boolean => endedBy === 'reply-end' && text !== ''
