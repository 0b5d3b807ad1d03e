import { Resend } from 'resend'
import { Failure } from '../domain/failure.ts'
import { vendorFailure } from './vendor-failure.ts'

const answerWithinMs = 15_000

export interface Mail {
  to: string
  subject: string
  text: string
  html: string
  /** Names the mail, at most 256 characters: Resend sends one mail a key within 24 hours. */
  idempotencyKey: string
}

export interface Mailer {
  send(mail: Mail): Promise<{ id: string | null }>
}

/**
 * Sends mail by Resend (https://resend.com/docs/api-reference/emails/send-email). `id` is null when Resend had already
 * accepted a mail under this key whose words were others: the addressee has one, and one is what the key stands for.
 * @throws Failure `vendor-unavailable`, `vendor-rate-limited`, `vendor-refused`, `vendor-answer-malformed`
 */
export function createResendMail(options: {
  apiKey: string
  baseUrl?: string
  from: string
  timeoutMs?: number
}): Mailer {
  const { apiKey, baseUrl, from, timeoutMs = answerWithinMs } = options
  const client = new Resend(apiKey, { baseUrl: baseUrl ?? 'https://api.resend.com' })

  return {
    async send({ idempotencyKey, ...mail }) {
      const signal = AbortSignal.timeout(timeoutMs)
      const { data, error, headers } = await client.emails.send({ ...mail, from }, { idempotencyKey, signal })
      if (error?.name === 'invalid_idempotent_request') return { id: null }
      // The error is the body of the answer, whatever it holds.
      const status = typeof error?.statusCode === 'number' ? error.statusCode : undefined
      if (error) throw vendorFailure('Resend', status, new Headers(headers ?? {}))
      if (typeof data?.id !== 'string') throw new Failure('vendor-answer-malformed', 'Resend answers without the id of what it sent')
      return { id: data.id }
    },
  }
}
