import type { Reply } from './model-server.ts'
import { median, percentiles, type Percentiles } from './percentiles.ts'
import type { Turn } from './phone.ts'

export interface Latency extends Percentiles {
  /** Median from the prompt to its whole request at the model. */
  toModelMs: number
  /** Median from the model's first token to its frame at the phone. */
  fromModelMs: number
  turns: number
  /** Turns that no model's word came of. */
  unanswered: number
  requestBytes: number
}

/** What the subject adds to the time to the first token: prompt to request, and token to frame; the model's own time is not in it. */
export function latencyOf(turns: readonly Turn[], replies: readonly Reply[]): Latency {
  const byName = new Map(replies.map((reply) => [reply.name, reply]))
  const legs = turns.flatMap(({ promptedMs, firstFrameMs, reply: name }) => {
    const reply = byName.get(name ?? '')
    // A reply to earlier words may come in after a prompt.
    if (!reply || reply.arrivedMs < promptedMs) return []
    return [{ toModelMs: reply.arrivedMs - promptedMs, fromModelMs: firstFrameMs! - reply.firstTokenMs! }]
  })
  return {
    ...percentiles(legs.map(({ toModelMs, fromModelMs }) => toModelMs + fromModelMs)),
    toModelMs: median(legs.map(({ toModelMs }) => toModelMs)),
    fromModelMs: median(legs.map(({ fromModelMs }) => fromModelMs)),
    turns: turns.length,
    unanswered: turns.length - legs.length,
    requestBytes: median(replies.map(({ requestBytes }) => requestBytes)),
  }
}
