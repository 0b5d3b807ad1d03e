import { callBounds } from '../../domain/call-bounds.ts'
import type { ConversationEvent } from '../../domain/conversation.ts'
import type { SessionMode } from '../../providers/relay-token.ts'

/** What Twilio says of a session or a ring that ended while the caller is still there. */
export interface Report {
  /** How ringing the business went; undefined when nobody was rung. */
  dialCallStatus: string | undefined
  sessionStatus: string | undefined
  /** False while no relay has taken the call: the one that was asked may have been too busy, or the database away. */
  hasBegun: boolean
  handoffReason: 'transfer' | 'end' | 'model-failed'
  restores: number
  /** True when the tenant's rules and hours let its phone be rung now. */
  isRingable: boolean
}

export type Step = { event?: ConversationEvent } & (
  | { type: 'connect'; mode: SessionMode; restores: number }
  | { type: 'ring'; isApology: boolean; restores: number }
  | { type: 'apologise' }
  | { type: 'hang-up' }
)

/** Beyond the last restore: a ring that nobody answers then has nothing to come back to. */
const givenUp = callBounds.maxRestores + 1

/** The next thing for a caller who is still on the line. */
export function nextStep({ dialCallStatus, sessionStatus, hasBegun, handoffReason, restores, isRingable }: Report): Step {
  if (dialCallStatus === 'completed' || dialCallStatus === 'answered') return { type: 'hang-up', event: 'transfer-answered' }
  if (dialCallStatus) {
    const event = 'transfer-unanswered'
    return restores >= givenUp ? { type: 'apologise', event } : { type: 'connect', mode: 'take-message', restores, event }
  }
  if (sessionStatus === 'failed') {
    if (restores < callBounds.maxRestores) return { type: 'connect', mode: hasBegun ? 'restored' : 'normal', restores: restores + 1 }
    return ringOr({ type: 'apologise' }, { isRingable, isApology: true, restores: givenUp })
  }
  if (sessionStatus !== 'ended' || handoffReason === 'end') return { type: 'hang-up' }
  if (handoffReason === 'model-failed') return ringOr({ type: 'apologise' }, { isRingable, isApology: true, restores })
  const takeMessage: Step = { type: 'connect', mode: 'take-message', restores, event: 'transfer-unanswered' }
  return ringOr(takeMessage, { isRingable, isApology: false, restores })
}

function ringOr(otherwise: Step, ring: { isRingable: boolean; isApology: boolean; restores: number }): Step {
  const { isRingable, isApology, restores } = ring
  return isRingable ? { type: 'ring', isApology, restores, event: 'transfer-requested' } : otherwise
}
