import { bodyParser } from '@koa/bodyparser'
import type { Middleware } from 'koa'
import type { z } from 'zod'
import { callBounds } from '../../domain/call-bounds.ts'
import { Failure, type FailureCode } from '../../domain/failure.ts'
import { isSignedByTwilio } from '../../providers/twilio-signature.ts'

const formType = 'application/x-www-form-urlencoded'

const readBody = bodyParser({
  // As text: the form parsers behind it make objects of names such as `a[b]`, and the signature is over the fields as sent.
  enableTypes: ['text'],
  extendTypes: { text: [formType] },
  textLimit: `${callBounds.maxWebhookBytes}b`,
  onError: (error) => {
    throw new Failure(bodyRefusals[(error as { status?: number }).status ?? 400] ?? 'request-malformed')
  },
})
const bodyRefusals: Record<number, FailureCode> = { 413: 'request-too-large', 415: 'media-type-unsupported' }

/** Reads a form of bounded size into `ctx.state.fields`, by name; a field that came twice is a list. */
export const limited: Middleware = async (ctx, next) => {
  const isOther = ctx.get('Content-Type') && !ctx.is(formType)
  if (isOther || ctx.get('Content-Encoding')) throw new Failure('media-type-unsupported')
  await readBody(ctx, async () => {
    const form = new URLSearchParams(ctx.request.rawBody ?? '')
    ctx.state.fields = Object.fromEntries(
      [...new Set(form.keys())].map((name) => {
        const values = [...form.getAll(name)]
        return [name, values.length === 1 ? values[0] : values]
      }),
    )
    await next()
  })
}

/** So long a caller hears it ring. Twilio itself would wait 15 s. */
const answerWithinMs = 5_000

/**
 * What can't be answered in time – the database is slow, say – is refused, so that Twilio turns to the fallback.
 * `ctx.state.tooLate` is aborted then: nobody waits any more for what is not done yet.
 */
export const prompt: Middleware = async (ctx, next) => {
  const late = new AbortController()
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late.abort()
    reject(new Failure('database-unavailable', 'No answer in time'))
  }, answerWithinMs)
  ctx.state.tooLate = late.signal
  await Promise.race([next(), tooLate]).finally(() => clearTimeout(timer))
}

/** Lets through what Twilio signed for exactly this URL and these fields. */
export function createSignatureCheck({ authToken, publicUrl }: { authToken: string; publicUrl: string }): Middleware {
  return async (ctx, next) => {
    const signature = ctx.get('X-Twilio-Signature')
    const url = publicUrl + ctx.originalUrl
    const isSigned = isSignedByTwilio({ authToken, signature, url, params: ctx.state.fields })
    if (!isSigned) throw new Failure('signature-invalid')
    await next()
  }
}

/**
 * Parses the fields into `ctx.state.form`. Twilio adds fields as it likes, so that unknown ones are let be; one that
 * came twice or holds a NUL is not from Twilio.
 */
export function parsed(schema: z.ZodType): Middleware {
  return async (ctx, next) => {
    const fields = Object.entries(ctx.state.fields as Record<string, string | string[]>)
    if (fields.some(([name, value]) => Array.isArray(value) || (name + value).includes('\0'))) {
      throw new Failure('request-malformed', 'A field came more than once, or holds a NUL')
    }
    const form = schema.safeParse(ctx.state.fields)
    if (!form.success) {
      const names = new Set(form.error.issues.map(({ path }) => path.join('.')))
      throw new Failure('request-malformed', `Missing or wrong: ${[...names].join(', ')}`)
    }
    ctx.state.form = form.data
    await next()
  }
}
