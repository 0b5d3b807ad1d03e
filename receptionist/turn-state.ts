import type { ConversationEvent } from '../domain/conversation.ts'
import type { Dialogue } from './dialogue.ts'
import type { Mouth } from './mouth.ts'
import type { TurnAction, TurnPorts, TurnResult } from './turn-port.ts'

/** One turn while it is taken. */
export interface TurnState {
  readonly dialogue: Dialogue
  readonly heard: string
  /** What the caller has heard of the answer before this turn, from a process that is gone. */
  readonly begun: string
  readonly ports: TurnPorts
  readonly signal: AbortSignal
  readonly mouth: Mouth
  /** Which question the caller's words can be the answer to. */
  readonly open: { readBack: boolean; transferOffer: boolean; messageRequest: boolean }
  action: TurnAction | null
  events: { event: ConversationEvent; text: string }[]
  passages: string[]
  /** The model gets a second attempt once a turn. */
  isRetryLeft: boolean
  /** What became of a second request beside one that was late. */
  hedge: TurnResult['hedge']
  /** True once the turn did something other than talk. */
  hasActed: boolean
}

/** The questions of `dialogue` that the caller's next words can be the answer to. */
export function openQuestions(dialogue: Dialogue): TurnState['open'] {
  const { draft, isTransferOffered, isMessageAsked } = dialogue
  return { readBack: draft?.isAwaitingAnswer ?? false, transferOffer: isTransferOffered, messageRequest: isMessageAsked }
}

/** A turn of which nothing has happened yet. */
export function openTurn(
  dialogue: Dialogue,
  heard: string,
  open: TurnState['open'],
  ports: TurnPorts,
  mouth: Mouth,
  signal: AbortSignal,
  begun = '',
): TurnState {
  const nothingYet = { action: null, events: [], passages: [], isRetryLeft: true, hedge: null, hasActed: false }
  return { dialogue, heard, begun, ports, signal, mouth, open, ...nothingYet }
}

/** True when the caller could be put through now. A call that comes back from a transfer is not transferred again. */
export function canTransfer({ dialogue, ports }: TurnState): boolean {
  return dialogue.mode === 'normal' && dialogue.receptionist.minuteAt(ports.nowMs()).isTransferAllowed
}

/** Puts the caller through once the reply was said. */
export function transfer(turn: TurnState, reason: string, phrase: string | null): void {
  turn.hasActed = true
  turn.events.push({ event: 'transfer-requested', text: reason })
  turn.action = { type: 'transfer', reason }
  if (phrase) turn.mouth.phrase(phrase)
}
