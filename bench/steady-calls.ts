import { setTimeout as wait } from 'node:timers/promises'
import { dialPhone, type Phone, type Turn } from './phone.ts'
import { pick } from './random.ts'
import { shopQuestions } from './shop.ts'
import type { Subject } from './subject.ts'
import type { BenchCall } from './world.ts'

const jitter = 0.05
const dialAgainAfterMs = 1_000
/** Nobody asks anything before the greeting is spoken. */
const greetingMs = 1_000
/** At the end the lines hang up one after the other. */
const hangUpWithinMs = 60_000

export interface SteadyCalls {
  calls: number
  everyMs: number
  /** On average; the lengths are spread by a half to either side. */
  callMs: number
  /** All lines are taken by then. */
  rampMs: number
  random(): number
  openCall(): Promise<BenchCall>
  /** The caller is about to hang up. */
  onOver(call: BenchCall): Promise<unknown>
}

/** So many lines, each with a caller who asks something every so often, hangs up after a while, and is followed by the next. */
export function startSteadyCalls(subject: Subject, options: SteadyCalls) {
  const { calls, everyMs, callMs, rampMs, random, openCall, onOver } = options
  const counts = { dialled: 0, refused: 0, dropped: 0, ended: 0, prompts: 0 }
  let turns: Turn[] = []
  let overFromMs = Infinity

  const isOver = (line: number) => performance.now() > overFromMs + (line / calls) * hangUpWithinMs

  /** As Twilio does with a call that no relay takes: it is tried again. */
  async function dial(call: BenchCall): Promise<Phone> {
    for (;;) {
      const phone = await dialPhone(subject.url, subject.headers, call).catch(() => null)
      if (phone) return phone
      counts.refused += 1
      await wait(dialAgainAfterMs)
    }
  }

  async function talk(line: number, lengthMs: number) {
    counts.dialled += 1
    const call = await openCall()
    let phone = await dial(call)
    const endMs = performance.now() + lengthMs
    await wait(greetingMs + random() * everyMs)
    while (performance.now() < endMs && !isOver(line)) {
      if (!phone.isOpen) {
        counts.dropped += 1
        phone = await dial(call)
      }
      turns.push(phone.prompt(pick(shopQuestions, random)))
      counts.prompts += 1
      await wait(everyMs * (1 + (random() * 2 - 1) * jitter))
    }
    await onOver(call)
    phone.hangUp()
    counts.ended += 1
  }

  async function keepLine(line: number) {
    await wait((line / calls) * rampMs)
    // The first on each line are in the middle of their calls already.
    await talk(line, random() * callMs)
    while (!isOver(line)) await talk(line, callMs * (0.5 + random()))
  }

  const lines = Promise.all(Array.from({ length: calls }, (_, line) => keepLine(line)))
  lines.catch(() => {})
  return {
    counts,
    /** Those that began before `beforeMs` on the clock of clock.ts, and were not taken yet. */
    takeTurns(beforeMs: number): Turn[] {
      const taken = turns.filter(({ promptedMs }) => promptedMs < beforeMs)
      turns = turns.filter(({ promptedMs }) => promptedMs >= beforeMs)
      return taken
    },
    /** Everybody hangs up, within a minute, after the answer to their last question. @throws whatever broke a line meanwhile */
    async end(): Promise<void> {
      overFromMs = performance.now()
      await lines
    },
  }
}
