/**
 * `node sandbox/run.mjs bench/eager.ts [--calls N]`: what the eager end of turn saves and costs, on a stand-in that takes 350 ms to its
 * first token. The relay's own sessions with the real model client, in real time, without database and socket. Every third
 * utterance is one that the recogniser first takes for finished halfway. Its last line is JSON.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { knowledgeSchema } from '../domain/knowledge.ts'
import { createLogger } from '../providers/logger.ts'
import { createMetrics } from '../providers/metrics.ts'
import { createOpenAiLive } from '../providers/openai-live.ts'
import { createReceptionist } from '../receptionist/receptionist.ts'
import { systemClock } from '../relay/clock.ts'
import { createRelayMetrics } from '../relay/relay-metrics.ts'
import { createSession } from '../relay/session.ts'
import { demoKnowledge } from '../sandbox/demo-knowledge.ts'
import { startOpenAiStandIn } from '../sandbox/openai/stand-in.ts'

const firstTokenMs = 350
const questions = [
  'Do you accept new patients at the moment?',
  'How much is a regular cleaning without insurance?',
  'Is the office accessible for a wheelchair?',
  'Do you offer sedation for nervous patients?',
  'How long does a porcelain crown take?',
  'Do you sell gift cards for whitening?',
]
/** Eager to final end of turn: published gain 150 ms in the median, 350 ms in the slowest 5 %. */
const leadsMs = [100, 150, 150, 150, 200, 350]

const { values } = parseArgs({ options: { calls: { type: 'string', default: '12' } } })
const calls = Number(values.calls)
const quantile = (sorted: number[], share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!)

async function measure(isEager: boolean) {
  const standIn = await startOpenAiStandIn({ firstTokenMs })
  const allMetrics = createMetrics('bench')
  const metrics = createRelayMetrics(allMetrics)
  const model = createOpenAiLive({ apiKey: 'sk-bench', baseUrl: standIn.url, model: 'gpt-4o-mini', timeoutMs: 10_000 })
  const { voice, ...rest } = demoKnowledge(Date.now())
  const knowledge = knowledgeSchema.parse({ ...rest, voice: { ...voice, isEager } })
  const receptionist = createReceptionist({ accountId: 'bench', status: 'active', ownerEmail: 'owner@bench.example', knowledgeVersion: 1, knowledge })
  await receptionist.warmUp(() => pause(0))
  const waitedMs: number[] = []

  async function playCall(at: number) {
    let onText = () => {}
    let onEnd = () => {}
    const wire = {
      send(frame: string) {
        const { type, token, last } = JSON.parse(frame)
        if (type === 'text' && token) onText()
        if (type === 'text' && last) onEnd()
        return true
      },
      close() {},
    }
    const session = createSession({
      ref: { accountId: 'bench', conversationId: `call-${at}` },
      callSid: `CA${at}`,
      sessionId: `VX${at}`,
      mode: 'normal',
      call: { receptionist, history: [], startedAtMs: Date.now() },
      isResumed: false,
      model,
      journal: { write() {}, keepMessage: async () => {}, optOutContact: async () => {} },
      recording: { start() {}, stop: async () => {} },
      writer: `bench-${at}`,
      clock: systemClock,
      metrics,
      logger: createLogger({ process: 'bench', level: 'fatal' }),
      onOver() {},
    })
    session.attach(wire)
    const prompt = (voicePrompt: string, last: boolean) => session.receive({ type: 'prompt', voicePrompt, last })
    await pause(at * 37)
    for (const [turn, words] of questions.entries()) {
      const isResumedLater = (turn + at) % 3 === 0
      if (isResumedLater) {
        prompt(words.split(' ').slice(0, 4).join(' '), false)
        await pause(600)
      }
      prompt(words, false)
      await pause(leadsMs[(turn + at) % leadsMs.length])
      const first = Promise.withResolvers<void>()
      const whole = Promise.withResolvers<void>()
      onText = first.resolve
      onEnd = whole.resolve
      const finalAtMs = performance.now()
      prompt(words, true)
      await first.promise
      waitedMs.push(performance.now() - finalAtMs)
      await whole.promise
      await pause(100)
    }
    await session.close('hung-up')
  }

  await Promise.all(Array.from({ length: calls }, (_, at) => playCall(at)))
  const requests = standIn.requests()
  await standIn.stop()
  const text = await allMetrics.registry.metrics()
  const guesses = Object.fromEntries([...text.matchAll(/^ironvoice_relay_guesses_total\{.*result="(\w+)".*\} (\d+)$/gm)].map(([, result, count]) => [result, Number(count)]))
  const sorted = waitedMs.toSorted((a, b) => a - b)
  return {
    turns: sorted.length,
    p50Ms: quantile(sorted, 0.5),
    p95Ms: quantile(sorted, 0.95),
    requests: requests.length,
    guesses,
    completionTokens: requests.reduce((sum, { tokens }) => sum + tokens, 0),
    wastedTokens: requests.reduce((sum, { tokens, isAborted }) => sum + (isAborted ? tokens : 0), 0),
    promptChars: requests.reduce((sum, { body }) => sum + JSON.stringify(body?.messages ?? []).length, 0),
  }
}

const off = await measure(false)
const on = await measure(true)
const line = (name: string, { p50Ms, p95Ms, requests, turns, wastedTokens }: typeof on) =>
  console.log(`${name}: final words to first text ${p50Ms} ms (p50), ${p95Ms} ms (p95); ${requests} requests for ${turns} turns, ${wastedTokens} tokens thrown away`)
line('off  ', off)
line('eager', on)
console.log(JSON.stringify({ firstTokenMs, calls, off, on }))
process.exit()
