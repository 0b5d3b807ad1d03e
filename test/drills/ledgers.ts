import { callSeconds, isOver } from '../../sandbox/twilio/call-record.ts'
import type { Caller } from './callers.ts'
import type { House } from './house.ts'

interface Line {
  role: 'caller' | 'receptionist' | 'event'
  text: string
  event: string | null
}

/** One call as the database has it. */
export interface OurCall {
  id: string
  callSid: string
  outcome: string | null
  durationSeconds: number | null
  recordingState: string
  isEnded: boolean
  isSummarised: boolean
  isOwnerTold: boolean
  isWrappedUp: boolean
  lines: Line[]
  usage: { seconds: number }[]
  recordings: number
  messages: number
}

/** One call as Twilio, and whoever was told of it, have it. */
export interface TheirCall {
  callSid: string
  isOver: boolean
  seconds: number
  /** Made by Twilio, whatever became of them. */
  recordingSids: string[]
  isAnsweredByFallback: boolean
  mails: number
}

export async function readOurs({ query }: Pick<House, 'query'>): Promise<OurCall[]> {
  const list = (table: string, columns: string, order = '') =>
    `coalesce((select json_agg(json_build_object(${columns}) ${order}) from ${table} r where r.conversation_id = c.id), '[]')`
  return query<OurCall>(`
    select id, external_id as "callSid", outcome, duration_seconds as "durationSeconds", recording_state as "recordingState",
      ended_at is not null as "isEnded", summarised_at is not null as "isSummarised",
      owner_told_at is not null as "isOwnerTold", wrapped_up_at is not null as "isWrappedUp",
      ${list('message', `'role', r.role, 'text', r.text, 'event', r.event`, 'order by r.at, r.seq')} as lines,
      ${list('usage_record', `'seconds', r.quantity_seconds`)} as usage,
      (select count(*)::int from recording r where r.conversation_id = c.id) as recordings,
      (select count(*)::int from task r where r.conversation_id = c.id and r.kind = 'message') as messages
    from conversation c order by started_at`)
}

export function readTheirs({ twilio, resend }: Pick<House, 'twilio' | 'resend'>, callers: readonly Caller[]): TheirCall[] {
  return twilio.calls().map(({ call, entries }) => {
    const webhooks = entries.flatMap((entry) => (entry.kind === 'webhook' ? [entry.sent] : []))
    const madeByTwilio = twilio.recordings().filter(({ callSid }) => callSid === call.sid).map(({ sid }) => sid)
    const caller = callers.find(({ callSid }) => callSid === call.sid)
    const reported = caller?.events.flatMap((event) => (event.type === 'recording' ? [event.sid] : [])) ?? []
    return {
      callSid: call.sid,
      isOver: isOver(call),
      seconds: callSeconds(call),
      recordingSids: [...new Set([...madeByTwilio, ...reported])],
      isAnsweredByFallback: webhooks.some(({ name, status }) => name === 'fallback' && status === 200),
      mails: resend.mails().filter(({ idempotencyKey }) => idempotencyKey?.includes(call.sid)).length,
    }
  })
}
