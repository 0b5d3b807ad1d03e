import { isDenial } from './caller-intents.ts'
import { isSameMessage, keepDraft, readBackMessage } from './message-taking.ts'
import type { ToolCall } from './model-port.ts'
import type { ToolErrorCode, ToolRequest } from './tools.ts'
import { checkedCall, offeredLanguages } from './tools.ts'
import type { TurnState } from './turn-state.ts'
import { canTransfer, transfer } from './turn-state.ts'

const maxCallsPerRound = 4

/**
 * Carries out what the model asked for and writes it into the dialogue. Returns true when the turn is done, false when the
 * model has to be told of an error and speak again.
 */
export async function runTools(turn: TurnState, calls: readonly ToolCall[]): Promise<boolean> {
  const round: { call: ToolCall; result: string }[] = []
  for (const call of distinct(calls).slice(0, maxCallsPerRound)) {
    const request = checkedCall(call)
    const error = typeof request === 'string' ? request : await runTool(turn, request)
    if (turn.signal.aborted) return true
    round.push({ call: typeof request === 'string' ? withoutArguments(call) : call, result: resultText(error) })
  }
  turn.dialogue.addToolRound(round)
  return round.every(({ result }) => result === resultText(null))
}

async function runTool(turn: TurnState, request: ToolRequest): Promise<ToolErrorCode | null> {
  const { dialogue, heard, mouth } = turn
  const { draft } = dialogue
  const phrases = dialogue.phrases()
  switch (request.name) {
    case 'transfer_to_human':
      if (!canTransfer(turn)) return 'transfer-not-possible'
      transfer(turn, request.arguments.reason, mouth.text === '' ? phrases.transferring : null)
      return null
    case 'take_message':
      if (!turn.open.readBack || !draft || !isSameMessage(draft.message, request.arguments)) {
        readBackMessage(turn, request.arguments, false)
        return null
      }
      if (isDenial(heard)) return 'message-not-confirmed'
      await keepDraft(turn)
      return null
    case 'change_language': {
      const { language } = request.arguments
      if (!offeredLanguages(dialogue.receptionist.tenant.knowledge.voice).includes(language)) return 'language-not-offered'
      turn.hasActed = true
      dialogue.language = language
      turn.action = { type: 'change-language', language }
      turn.events.push({ event: 'language-changed', text: language })
      mouth.phrase(dialogue.phrases().languageChanged)
      return null
    }
    case 'end_call':
      turn.hasActed = true
      turn.action = { type: 'end', reason: request.arguments.reason }
      turn.events.push({ event: 'ended-by-receptionist', text: request.arguments.reason })
      if (mouth.text === '') mouth.phrase(phrases.goodbye)
      return null
    case 'report_knowledge_gap':
      turn.events.push({ event: 'knowledge-gap', text: request.arguments.question })
      if (mouth.text === '') mouth.phrase(phrases.unknown)
      return null
  }
}

const advice: Record<ToolErrorCode, string> = {
  'tool-unknown': 'There is no such tool.',
  'arguments-too-large': 'Call it again with shorter arguments.',
  'arguments-malformed': 'The arguments are no JSON. Call it again.',
  'arguments-invalid': 'The arguments are not of the given form. Call it again.',
  'language-not-offered': 'Say which languages are offered.',
  'transfer-not-possible': 'Nobody can be put through now. Say so and offer to take a message.',
  'message-not-confirmed': 'The caller has not confirmed it. Ask what to change.',
}

/** The model is told codes of ours only: never the caller's words or its own arguments. */
function resultText(error: ToolErrorCode | null): string {
  return JSON.stringify(error ? { error, advice: advice[error] } : { ok: true })
}

/** A call that comes twice, by its id or by what it asks for, counts once. */
function distinct(calls: readonly ToolCall[]): ToolCall[] {
  const isFirst = (key: (call: ToolCall) => string) => (call: ToolCall, at: number, all: readonly ToolCall[]) =>
    all.findIndex((other) => key(other) === key(call)) === at
  return calls.filter(isFirst(({ id }) => id)).filter(isFirst(({ name, arguments: text }) => `${name} ${text}`))
}

/** What could not be read is not sent back. */
function withoutArguments(call: ToolCall): ToolCall {
  return { ...call, arguments: '{}' }
}
