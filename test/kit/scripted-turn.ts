import { setImmediate as settle } from 'node:timers/promises'
import type { Message, TakenMessage } from '../../domain/conversation.ts'
import type { KnowledgeInput, Tenant } from '../../domain/knowledge.ts'
import { knowledgeSchema } from '../../domain/knowledge.ts'
import { createDialogue } from '../../receptionist/dialogue.ts'
import type { ModelEvent, ModelPort, ModelRequest } from '../../receptionist/model-port.ts'
import { createReceptionist } from '../../receptionist/receptionist.ts'
import type { TurnPorts, TurnResult } from '../../receptionist/turn-port.ts'
import { takeTurn } from '../../receptionist/turn.ts'
import { testKnowledge } from './account.ts'

/** Wednesday, 7 January 2026, 10:00 in Los Angeles: the test business is open. */
export const openAtMs = Date.UTC(2026, 0, 7, 18, 0)
/** The Sunday after, when it is closed. */
export const closedAtMs = Date.UTC(2026, 0, 11, 18, 0)

export function testTenant(changes: Partial<KnowledgeInput> = {}): Tenant {
  return {
    accountId: '0190a000-0000-7000-8000-000000000001',
    status: 'active',
    ownerEmail: 'owner@harbour-bicycles.example',
    knowledgeVersion: 1,
    knowledge: knowledgeSchema.parse(testKnowledge(changes)),
  }
}

/** What a scripted stream does next: a text, any event, a failure, or nothing more ever. */
export type Step = string | ModelEvent | Error | 'stall'

export const stall: Step = 'stall'
export const toolCall = (name: string, args: unknown, id = 'call-1'): Step => ({
  type: 'tool-call',
  call: { id, name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
})

interface OpenStream {
  request: ModelRequest
  isRetry: boolean
  readonly isCancelled: boolean
  /** True once nothing of it is wanted or to come any more. */
  readonly isOver: boolean
  push(step: Step): void
  end(): void
}

function eventOf(step: Step): ModelEvent | null {
  if (step instanceof Error) return { type: 'failed', error: step }
  if (step === stall) return null
  return typeof step === 'string' ? { type: 'text', text: step } : step
}

/** A model whose streams do what the test says, step by step; `plan` scripts the next ones beforehand. */
export function createScriptedModel() {
  const streams: OpenStream[] = []
  const plans: Step[][] = []

  const port: ModelPort = {
    stream(request, { isRetry }, tell) {
      let isOver = false
      let isCancelled = false
      const push = (step: Step) => {
        if (isOver || isCancelled) return
        const event = eventOf(step)
        isOver = event === null || event.type === 'end' || event.type === 'failed'
        if (event) tell(event)
      }
      streams.push({
        request: structuredClone(request),
        isRetry,
        push,
        end: () => push({ type: 'end', reason: 'stop' }),
        get isCancelled() {
          return isCancelled
        },
        get isOver() {
          return isOver || isCancelled
        },
      })
      const plan = plans.shift()
      for (const step of plan ? [...plan, { type: 'end', reason: 'stop' } as const] : []) push(step)
      return () => {
        isCancelled = true
      }
    },
  }
  return {
    port,
    streams,
    plan: (...steps: Step[]) => plans.push(steps),
    get requests() {
      return streams.map(({ request }) => request)
    },
  }
}

/** Time that passes only when told to. */
export function createManualClock(startMs = openAtMs) {
  let nowMs = startMs
  let timers: { atMs: number; run: () => void }[] = []
  return {
    nowMs: () => nowMs,
    after(ms: number, run: () => void) {
      const timer = { atMs: nowMs + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    /** Lets `ms` pass; what falls due runs in order, and what it sets off settles in between. */
    async advance(ms: number) {
      const untilMs = nowMs + ms
      await settle()
      for (;;) {
        const due = timers.filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)[0]
        if (!due) break
        timers = timers.filter((timer) => timer !== due)
        nowMs = due.atMs
        due.run()
        await settle()
      }
      nowMs = untilMs
    },
    /** The same for a process that did not get to run meanwhile: all that falls due runs late, one right after the other. */
    async lag(ms: number) {
      await settle()
      nowMs += ms
      for (const { atMs, run } of timers.toSorted((a, b) => a.atMs - b.atMs)) {
        const timer = timers.find((timer) => timer.run === run && timer.atMs === atMs)
        if (!timer || atMs > nowMs) continue
        timers = timers.filter((other) => other !== timer)
        run()
      }
      await settle()
    },
    get pending() {
      return timers.length
    },
  }
}

export interface TestCallOptions {
  knowledge?: Partial<KnowledgeInput>
  history?: Message[]
  mode?: 'normal' | 'take-message'
  atMs?: number
}

/** One conversation with a scripted model, a clock of its own, and a record of all that reached the ports. */
export function createTestCall({ knowledge, history = [], mode = 'normal', atMs }: TestCallOptions = {}) {
  const model = createScriptedModel()
  const clock = createManualClock(atMs)
  const dialogue = createDialogue(createReceptionist(testTenant(knowledge)), history, mode)
  const said: string[] = []
  const fillers: string[] = []
  const kept: { message: TakenMessage; content: string }[] = []
  const ports: TurnPorts = {
    model: model.port,
    say: (text, { isFiller = false } = {}) => void (isFiller ? fillers : said).push(text),
    keepMessage: async (message, content) => void kept.push({ message, content }),
    stopRecording: async () => {},
    optOutContact: async () => {},
    nowMs: clock.nowMs,
    after: clock.after,
  }
  return {
    model,
    clock,
    dialogue,
    ports,
    said,
    fillers,
    kept,
    begin(heard: string, signal: AbortSignal = new AbortController().signal): Promise<TurnResult> {
      return takeTurn(dialogue, heard, ports, signal)
    },
    /** A turn whose answer is scripted whole; no steps: no model is expected to be asked. */
    async turn(heard: string, ...answers: Step[][]): Promise<TurnResult> {
      for (const steps of answers) model.plan(...steps)
      return takeTurn(dialogue, heard, ports, new AbortController().signal)
    },
  }
}
