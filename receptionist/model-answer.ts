import type { FailureCode } from '../domain/failure.ts'
import { Failure } from '../domain/failure.ts'
import { readBackMessage, takeDictation } from './message-taking.ts'
import type { ChatMessage, ModelRequest, Tell, ToolCall } from './model-port.ts'
import { hedged, type HedgeOptions } from './hedge.ts'
import { minScore, searchKnowledge } from './knowledge-search.ts'
import { momentNote } from './prompt.ts'
import { readStream } from './read-stream.ts'
import { runTools } from './tool-run.ts'
import type { TurnState } from './turn-state.ts'
import { canTransfer, transfer } from './turn-state.ts'

/** Tokens of one reply: about a minute of speech. */
const maxTokens = 300
const temperature = 0.2
/** How often a turn goes back to the model with results of its tools. */
const maxToolRounds = 3
/** Passages that a prompt holds when the knowledge is too large for it, and that count as sources of the answer. */
const maxPassages = 8
const maxSources = 3

const continueNote =
  'Note: the connection broke off. The caller has heard the words just above. Go on from exactly there without repeating them; if nothing is missing, answer with a full stop only.'

/** Lets the model answer: streamed, retried once, its tools carried out; ends in a polite way out when it can't. */
export async function answerWithModel(turn: TurnState): Promise<void> {
  const { dialogue, signal } = turn
  const note = noteOf(turn)
  for (let round = 0; round <= maxToolRounds; round += 1) {
    const calls = await askModel(turn, note, round === 0 ? turn.begun : '')
    if (signal.aborted) return
    if (calls instanceof Failure) return wayOut(turn, calls.code)
    dialogue.isModelOut = false
    if (calls.length === 0 || (await runTools(turn, calls)) || signal.aborted) return
  }
  wayOut(turn, 'vendor-answer-malformed')
}

/** What the turn asks the model first of all. */
export const firstRequest = (turn: TurnState): ModelRequest => requestOf(turn, noteOf(turn), '')

/** One completion, said as it comes, with its one retry; the failure when it can't be had. `begun`: what was heard of it before. */
async function askModel(turn: TurnState, note: ChatMessage, begun: string): Promise<ToolCall[] | Failure> {
  const { dialogue, mouth, ports, signal } = turn
  const saidBefore = mouth.text.length
  for (let isRetry = false; ; isRetry = true) {
    const said = begun + mouth.text.slice(saidBefore)
    if (said) mouth.resume(said)
    const request = requestOf(turn, note, said)
    const open = (isFresh: boolean, tell: Tell) => ports.model.stream(request, { isRetry: isFresh }, tell)
    const { nowMs, after } = ports
    const outcome = await readStream((tell) => (isRetry ? open(true, tell) : hedged(open, hedgeOf(turn), tell)), {
      signal,
      nowMs,
      after,
      onText: mouth.write,
    })
    mouth.close()
    if (outcome.type === 'aborted' || signal.aborted) return []
    if (outcome.type === 'ended') {
      if (outcome.isFiltered && mouth.text.length === saidBefore) mouth.phrase(dialogue.phrases().unknown)
      // Of an answer that was heard to its end nothing may be left to say.
      if (outcome.calls.length > 0 || mouth.text.length > saidBefore || begun) return outcome.calls
    }
    const error = outcome.type === 'failed' ? outcome.error : new Failure('vendor-answer-malformed')
    const failure = error instanceof Failure ? error : new Failure('vendor-unavailable', undefined, { cause: error })
    if (!turn.isRetryLeft || !failure.isRetryable) return failure
    turn.isRetryLeft = false
  }
}

/** A second request beside one that is late is the turn's retry, made sooner. */
function hedgeOf(turn: TurnState): HedgeOptions {
  return {
    after: turn.ports.after,
    mayHedge() {
      if (!turn.isRetryLeft) return false
      turn.isRetryLeft = false
      turn.hedge = 'lost'
      return true
    },
    onWon() {
      turn.hedge = 'won'
    },
  }
}

function requestOf({ dialogue }: TurnState, note: ChatMessage, said: string): ModelRequest {
  const { promptPrefix, tools } = dialogue.receptionist
  const lines = dialogue.recentLines()
  const lastHeard = lines.findLastIndex(({ role }) => role === 'user')
  return {
    messages: [
      { role: 'system', content: promptPrefix },
      ...lines.slice(0, lastHeard),
      note,
      ...lines.slice(lastHeard),
      ...(said ? [{ role: 'system' as const, content: continueNote }] : []),
    ],
    tools,
    maxTokens,
    temperature,
  }
}

/** Searches the knowledge for the caller's words, and notes what is true at this moment. */
function noteOf(turn: TurnState): ChatMessage {
  const { dialogue, heard, ports } = turn
  const { receptionist, draft } = dialogue
  const searched = searchKnowledge(receptionist.index, heard, { limit: maxPassages, before: dialogue.heardBefore() })
  // What may help is given, however doubtful: the model can tell. Only what is likely the answer counts as its source.
  const found = searched.filter(({ score }) => score > 0)
  turn.passages = found.filter(({ score }) => score >= minScore).slice(0, maxSources).map(({ passage }) => passage.id)
  const content = momentNote(receptionist.tenant.knowledge, {
    minute: receptionist.minuteAt(ports.nowMs()),
    language: dialogue.language,
    canTransfer: canTransfer(turn),
    hasUnconfirmedMessage: draft !== null,
    messagesKept: dialogue.messagesKept,
    passages: receptionist.isKnowledgeWhole ? [] : found.map(({ passage }) => passage).filter(({ isEssential }) => !isEssential),
  })
  return { role: 'system', content }
}

/** The model is out: never silence, never a lost message. */
function wayOut(turn: TurnState, code: FailureCode): void {
  const { dialogue, mouth, open } = turn
  turn.events.push({ event: 'model-failed', text: code })
  turn.passages = []
  dialogue.isModelOut = true
  dialogue.failedTurns += 1
  if (open.readBack && dialogue.draft) return readBackMessage(turn, dialogue.draft.message, true)
  if (open.messageRequest) return takeDictation(turn)
  if (dialogue.failedTurns > 1 && canTransfer(turn)) return transfer(turn, 'the model failed', dialogue.phrases().troubleTransferring)
  mouth.phrase(dialogue.phrases().trouble)
  dialogue.isMessageAsked = true
}
