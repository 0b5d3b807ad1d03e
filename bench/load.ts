import { setTimeout as wait } from 'node:timers/promises'
import { dialPhone, type Phone, type Turn } from './phone.ts'
import { pick } from './random.ts'
import { shopQuestions } from './shop.ts'
import type { Subject } from './subject.ts'
import type { BenchCall } from './world.ts'

/** So few that the database keeps its bounds on a busy machine too: what is refused there is a call lost. */
const dialledAtOnce = 25
/** One call of each account (world.ts), whose knowledge is then warm for all that follow. */
const dialledFirst = 10
/** The share of its period by which a turn is early or late. */
const jitter = 0.05
/** Replies to the last prompts are waited for this long. */
const lastRepliesMs = 500

/** Calls that have begun; `callsBefore` were begun on this subject already. */
export async function dialPhones(subject: Subject, calls: readonly BenchCall[], callsBefore = 0): Promise<Phone[]> {
  const phones: Phone[] = []
  while (phones.length < calls.length) {
    const next = calls.slice(phones.length, phones.length + (phones.length === 0 ? dialledFirst : dialledAtOnce))
    phones.push(...(await Promise.all(next.map((call) => dialPhone(subject.url, subject.headers, call)))))
    await subject.begun(callsBefore + phones.length)
  }
  return phones
}

export interface Talk {
  everyMs: number
  forMs: number
  /** Turns before that are not counted. */
  leadInMs: number
  random(): number
  onLeadInOver(): Promise<unknown>
  onOver(): Promise<unknown>
}

/** Each phone says something every so often, whether it was answered or not; the turns that count. */
export async function talk(phones: readonly Phone[], { everyMs, forMs, leadInMs, random, onLeadInOver, onOver }: Talk): Promise<Turn[]> {
  const turns: Turn[] = []
  const startMs = performance.now()
  const until = (atMs: number) => wait(Math.max(0, startMs + atMs - performance.now()))
  const say = async (phone: Phone) => {
    const phaseMs = random() * everyMs
    for (let count = 0; ; count += 1) {
      const atMs = phaseMs + (count + (random() * 2 - 1) * jitter) * everyMs
      if (atMs > leadInMs + forMs) return
      await until(atMs)
      const turn = phone.prompt(pick(shopQuestions, random))
      if (atMs > leadInMs) turns.push(turn)
    }
  }
  await Promise.all([...phones.map(say), until(leadInMs).then(onLeadInOver), until(leadInMs + forMs).then(onOver)])
  await wait(lastRepliesMs)
  return turns
}

/** Each phone says something as soon as it was answered, as often as it goes. Returns the turns that were answered whole. */
export async function talkWithoutPause(phones: readonly Phone[], forMs: number, random: () => number): Promise<number> {
  let isOver = false
  let answered = 0
  for (const phone of phones) {
    phone.listen((turn) => {
      if (!turn.isOver || isOver) return
      answered += 1
      phone.prompt(pick(shopQuestions, random))
    })
    phone.prompt(pick(shopQuestions, random))
  }
  await wait(forMs)
  isOver = true
  const counted = answered
  await wait(lastRepliesMs)
  for (const phone of phones) phone.listen(() => {})
  return counted
}
