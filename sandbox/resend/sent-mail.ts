export interface SentMail {
  id: string
  from: string
  to: string[]
  cc: string[]
  bcc: string[]
  replyTo: string[]
  subject: string
  html: string | null
  text: string | null
  idempotencyKey: string | null
  createdAtMs: number
}
