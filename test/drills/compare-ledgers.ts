import { callBounds } from '../../domain/call-bounds.ts'
import { isAnswered, type Caller } from './callers.ts'
import { eventually } from './drill.ts'
import type { House } from './house.ts'
import { readOurs, readTheirs, type OurCall, type TheirCall } from './ledgers.ts'

export interface Expected {
  callers: readonly Caller[]
  /** A turn that was being spoken at such a moment may be missing from the transcript. */
  killedAtMs?: number[]
  /** Vendors that failed were asked again: then only that nothing is lost can be told by counting requests. */
  isModelAskedAgain?: boolean
  /** While the database was away, the fallback took calls that nothing of ours knows. */
  mayBeUnknown?: boolean
}

/** Every call wrapped up, and every ledger equal to the other. @throws Error naming each difference. */
export async function requireEqualLedgers(house: House, expected: Expected, withinMs?: number): Promise<void> {
  const isDone = async () => (await readOurs(house)).every(({ isWrappedUp }) => isWrappedUp)
  await eventually('every call is wrapped up', isDone, withinMs).catch(async (error: Error) => {
    throw new Error([error.message, ...(await compareLedgers(house, expected))].join('\n  '), { cause: error })
  })
  const differences = await compareLedgers(house, expected)
  if (differences.length) throw new Error(`the ledgers differ:\n  ${differences.join('\n  ')}`)
}

/** Ours, in the database, against what Twilio, the model, Resend and the callers really had: in words, what differs. */
export async function compareLedgers(house: House, expected: Expected): Promise<string[]> {
  const [ours, theirs] = [await readOurs(house), readTheirs(house, expected.callers)]
  const differences: string[] = []
  const equal = (what: string, we: unknown, they: unknown) => void (we === they || differences.push(`${what}: ${we} here, ${they} there`))

  for (const they of theirs) {
    const rows = ours.filter(({ callSid }) => callSid === they.callSid)
    if (!rows[0] && they.isAnsweredByFallback && expected.mayBeUnknown) continue
    equal(`rows of ${they.callSid}`, rows.length, 1)
    if (rows[0]) differences.push(...compareCall(rows[0], they, expected).map((words) => `${they.callSid}: ${words}`))
  }
  const known = theirs.filter(({ callSid }) => ours.some((we) => we.callSid === callSid))
  equal('calls', ours.length, known.length)
  equal('seconds metered', sum(ours.flatMap(({ usage }) => usage.map(({ seconds }) => seconds))), sum(known.map(({ seconds }) => seconds)))
  equal('usage lines', sum(ours.map(({ usage }) => usage.length)), known.length)
  equal('owners told', ours.filter(({ isOwnerTold }) => isOwnerTold).length, house.resend.mails().length)
  const toKeep = known.map((they) => recordingsToKeep(ours.find(({ callSid }) => callSid === they.callSid)!, they))
  equal('recordings', sum(ours.map(({ recordings }) => recordings)), sum(toKeep))
  equal('recordings left at Twilio', 0, house.twilio.recordings().length)
  const summaries = house.openai.requests().filter(({ body, isFinished }) => body && !body.stream && isFinished).length
  const settled = ours.filter(({ isSummarised, lines }) => isSummarised && lines.some(({ role }) => role === 'caller')).length
  if (expected.isModelAskedAgain ? summaries < settled : summaries !== settled) equal('summaries', settled, summaries)
  return differences
}

function compareCall(we: OurCall, they: TheirCall, { callers, killedAtMs = [] }: Expected): string[] {
  const differences: string[] = []
  const claim = (isTrue: boolean, otherwise: string) => void (isTrue || differences.push(otherwise))
  claim(they.isOver && we.isEnded, 'its end is unknown')
  claim(we.isWrappedUp && we.isSummarised && we.outcome !== null, `is not wrapped up (outcome ${we.outcome}, recording ${we.recordingState})`)
  claim(we.usage.length === 1, `${we.usage.length} usage lines`)
  claim(we.durationSeconds === they.seconds, `lasted ${we.durationSeconds} s here, ${they.seconds} s at Twilio`)
  claim(they.mails === (we.isOwnerTold ? 1 : 0), `${they.mails} mails, told: ${we.isOwnerTold}`)
  claim(we.isOwnerTold || we.outcome === 'abandoned' || we.outcome === 'spam', `nobody was told (${we.outcome})`)
  claim(we.recordings === recordingsToKeep(we, they), `${we.recordings} of ${they.recordingSids.length} recordings kept (${we.recordingState})`)
  claim(we.recordings === 0 || we.recordingState === 'deleted', `its recording is ${we.recordingState}`)

  const spoken = we.lines.filter(({ role }) => role === 'receptionist').map(({ text }) => plain(text)).join(' ')
  const lines = we.lines.filter(({ role }) => role === 'caller').map(({ text }) => text)
  const turns = callers.find(({ callSid }) => callSid === they.callSid)?.turns ?? []
  for (const words of new Set(turns.map(({ said }) => said))) {
    const written = lines.filter((line) => line === words).length
    const said = turns.filter((turn) => turn.said === words).length
    claim(written <= said, `"${words}" is written ${written} times, said ${said} times`)
  }
  for (const turn of turns) {
    // What was said into a line that was found to be dead only then may never have arrived; what is said after that, does.
    const wasBeingSpoken = turn.isDisturbed || killedAtMs.some((ms) => ms >= turn.startedAtMs && ms < turn.endedAtMs + callBounds.journalWithinMs)
    if (!isAnswered(turn) || wasBeingSpoken) continue
    const when = killedAtMs.map((ms) => `from ${turn.startedAtMs - ms} to ${turn.endedAtMs - ms} ms after the kill`).join(', ')
    claim(lines.some((line) => line.includes(turn.said)), `"${turn.said}" was answered by "${turn.text}" and is not in the transcript (${when})`)
    claim(spoken.includes(plain(turn.text)), `the answer "${turn.text}" is not in the transcript`)
  }
  return differences
}

/** One that its caller objected to is kept nowhere. */
const recordingsToKeep = (we: OurCall, they: TheirCall) => (we.recordingState === 'objected' ? 0 : they.recordingSids.length)
const plain = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim()
const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0)
