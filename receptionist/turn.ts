import { callBounds } from '../domain/call-bounds.ts'
import type { ConversationEvent } from '../domain/conversation.ts'
import type { Dialogue } from './dialogue.ts'
import { directAnswer } from './direct-answer.ts'
import { fixedPath } from './fixed-paths.ts'
import { answerWithModel } from './model-answer.ts'
import { createMouth } from './mouth.ts'
import type { TurnPorts, TurnResult } from './turn-port.ts'
import type { TurnState } from './turn-state.ts'
import { openQuestions, openTurn } from './turn-state.ts'

/**
 * One turn: the caller said `words`, the reply is said through `ports.say`. Aborting `signal` (the caller interrupted) ends
 * it at once: nothing is said after that, and the result holds what was said till then. Both the caller's words and the
 * reply are in the dialogue afterwards. Never throws for a model's failure: it ends in a polite way out.
 * `begun`: the words are in the dialogue already, and the caller has heard so much of the answer: it is gone on with.
 */
export async function takeTurn(
  dialogue: Dialogue,
  words: string,
  ports: TurnPorts,
  signal: AbortSignal,
  begun: string | null = null,
): Promise<TurnResult> {
  const heard = words.slice(0, callBounds.maxPromptChars)
  const open = openQuestions(dialogue)
  dialogue.closeQuestions()
  if (begun === null) dialogue.hear(heard)
  else dialogue.takeUp(begun)
  const mouth = createMouth(dialogue, ports, signal)
  const turn = openTurn(dialogue, heard, open, ports, mouth, signal, begun ?? '')
  const path = pathOf(turn)
  await untilAborted(signal, path ? path() : answerWithModel(turn))
  mouth.hush()
  const { action, events, hedge, hasActed } = turn
  const isUnanswered = events.some(({ event }) => unanswered.has(event))
  const passages = isUnanswered || mouth.text === '' ? [] : turn.passages
  return {
    text: mouth.text,
    action,
    events: [...events],
    passages,
    firstTokenMs: mouth.firstTokenMs,
    hedge,
    isProductive: signal.aborted || hasActed || passages.length > 0 || !(isUnanswered || dialogue.isRepetition()),
  }
}

/** What the turn does without asking a model first of all; null when it asks. Nothing happens before it is called. */
export function pathOf(turn: TurnState): (() => Promise<void> | void) | null {
  return fixedPath(turn) ?? directAnswer(turn)
}

const unanswered: ReadonlySet<ConversationEvent> = new Set(['knowledge-gap', 'message-failed', 'model-failed'])

/** Settles with `work`, or when `signal` is aborted: whatever is still under way then goes on unheard. */
async function untilAborted(signal: AbortSignal, work: Promise<void> | void): Promise<void> {
  if (signal.aborted || !work) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = () => resolve()
  signal.addEventListener('abort', stop)
  await Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', stop))
}
