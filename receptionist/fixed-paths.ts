import { isContactObjection, isHumanRequest, isRecordingObjection, isYes } from './caller-intents.ts'
import { isEmergency } from './emergency.ts'
import { emergencyNumber } from './emergency-number.ts'
import { answerToReadBack, keepDraft, takeDictation } from './message-taking.ts'
import { tryTwice } from './try-twice.ts'
import type { TurnState } from './turn-state.ts'
import { canTransfer, transfer } from './turn-state.ts'

const humanRequestsUntilTransfer = 2

/** The path that a turn takes without asking a model, or null. What can't wait comes first. */
export function fixedPath(turn: TurnState): (() => Promise<void> | void) | null {
  const { dialogue, heard, open } = turn
  if (isEmergency(heard)) return () => tellToCallForHelp(turn)
  if (isRecordingObjection(heard)) return () => stopRecording(turn)
  if (isContactObjection(heard)) return () => optOut(turn)
  const isHumanWanted = isHumanRequest(heard) || (open.transferOffer && isYes(heard))
  const isInsisting = open.transferOffer || dialogue.isModelOut || dialogue.humanRequests >= humanRequestsUntilTransfer
  // Who was just asked for a message and can't be put through is leaving one, whatever it is about.
  if (isHumanWanted && isInsisting && (canTransfer(turn) || !open.messageRequest)) return () => putThrough(turn)
  if (dialogue.draft?.keeping) return () => keepDraft(turn)
  if (open.readBack && dialogue.draft) return answerToReadBack(turn)
  return open.messageRequest && dialogue.isModelOut ? () => takeDictation(turn) : null
}

function tellToCallForHelp(turn: TurnState): void {
  const { dialogue, heard, mouth } = turn
  const number = emergencyNumber(dialogue.receptionist.tenant.knowledge)
  turn.hasActed = true
  turn.events.push({ event: 'emergency', text: heard })
  mouth.phrase(dialogue.phrases().emergency(number && [...number].join(' ')))
  if (!canTransfer(turn)) return
  mouth.phrase(dialogue.phrases().emergencyTransferOffer)
  dialogue.isTransferOffered = !turn.signal.aborted
}

async function stopRecording(turn: TurnState): Promise<void> {
  const { dialogue, heard, mouth, ports } = turn
  turn.hasActed = true
  if (!dialogue.receptionist.tenant.knowledge.recording.isEnabled) return mouth.phrase(dialogue.phrases().notRecording)
  turn.events.push({ event: 'recording-objected', text: heard })
  const isStopped = await tryTwice(ports.stopRecording, ports)
  mouth.phrase(isStopped ? dialogue.phrases().recordingStopped : dialogue.phrases().recordingNotStopped)
}

async function optOut(turn: TurnState): Promise<void> {
  const { dialogue, mouth, ports } = turn
  turn.hasActed = true
  const isOptedOut = await tryTwice(ports.optOutContact, ports)
  mouth.phrase(isOptedOut ? dialogue.phrases().optedOut : dialogue.phrases().notOptedOut)
}

function putThrough(turn: TurnState): void {
  const { dialogue, mouth } = turn
  if (canTransfer(turn)) return transfer(turn, 'asked for a person', dialogue.phrases().transferring)
  mouth.phrase(dialogue.phrases().noTransfer)
  dialogue.isMessageAsked = !turn.signal.aborted
}
