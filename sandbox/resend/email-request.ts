import { z } from 'zod'

const mailbox = /^(?:[^<>@\r\n]+ <[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+)$/
const address = z.string().regex(mailbox)
const addresses = z.union([address, z.array(address).min(1).max(50)]).transform((value) => [value].flat())
const tagText = z.string().regex(/^[A-Za-z0-9_-]{1,256}$/)

/** `POST /emails`: https://resend.com/docs/api-reference/emails/send-email */
const emailSchema = z.strictObject({
  from: address,
  to: addresses,
  subject: z.string(),
  html: z.string().optional(),
  text: z.string().optional(),
  cc: addresses.optional(),
  bcc: addresses.optional(),
  reply_to: addresses.optional(),
  headers: z.record(z.string(), z.string()).optional(),
  tags: z.array(z.strictObject({ name: tagText, value: tagText })).optional(),
  scheduled_at: z.string().nullish(),
})
export type EmailRequest = z.infer<typeof emailSchema>

export interface Refusal {
  status: number
  name: string
  message: string
}

/** The mail, or what Resend refuses it with. */
export function parseEmail(body: string): EmailRequest | Refusal {
  let value: Record<string, unknown>
  try {
    value = JSON.parse(body) as Record<string, unknown>
  } catch {
    return { status: 400, name: 'validation_error', message: 'The request body is not valid JSON.' }
  }
  const missing = ['from', 'to', 'subject'].find((field) => value?.[field] === undefined || value[field] === '')
  if (missing) return { status: 422, name: 'missing_required_field', message: `Missing \`${missing}\` field.` }
  if (!value.html && !value.text) return { status: 422, name: 'missing_required_field', message: 'Missing `html` or `text` field.' }
  const result = emailSchema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  if (issue.code === 'unrecognized_keys') return { status: 422, name: 'validation_error', message: `Unknown field \`${issue.keys[0]}\`.` }
  const field = String(issue.path[0])
  const isAddress = ['from', 'to', 'cc', 'bcc', 'reply_to'].includes(field)
  const form = 'The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.'
  return { status: 422, name: 'validation_error', message: `Invalid \`${field}\` field. ${isAddress ? form : issue.message}` }
}
