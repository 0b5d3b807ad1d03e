import { z } from 'zod'

/**
 * The fields of Twilio's voice webhooks that anything here depends on.
 * https://www.twilio.com/docs/voice/twiml#request-parameters
 */
export const webhookFields = {
  CallSid: z.string().regex(/^CA[0-9a-f]{32}$/),
  CallStatus: z.enum(['queued', 'initiated', 'ringing', 'in-progress', 'completed', 'busy', 'failed', 'no-answer', 'canceled']),
  /** A phone number in E.164 form, mostly; a SIP address, a client's name, or nothing where it was withheld. */
  address: z.string().max(256),
  seconds: z.string().regex(/^\d{1,6}$/).transform(Number),
} as const

const finalStatuses = new Set(['completed', 'busy', 'failed', 'no-answer', 'canceled'])

/** True when nothing follows: the call is over, or never came about. */
export const isFinal = (callStatus: string | undefined): boolean => callStatus !== undefined && finalStatuses.has(callStatus)
