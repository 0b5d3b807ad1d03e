import type { Router } from '@koa/router'
import { isSafeToDial } from '../../domain/phone-number.ts'
import { linesFor } from '../spoken-lines.ts'
import { hangUp, ring } from '../twiml.ts'
import type { WebhookDependencies } from './dependencies.ts'
import { limited } from './gate.ts'

const ringSeconds = 30

/**
 * `POST /twilio/voice/fallback?dial=+1…`: what Twilio asks for when anything else here failed. It rings the tenant's own
 * phone, which the number's configuration names, and needs nothing but itself: no database, no Temporal.
 */
export function addFallbackRoute(router: Router, { isSigned }: Pick<WebhookDependencies, 'isSigned'>): void {
  router.post('/twilio/voice/fallback', limited, isSigned, (ctx) => {
    const { language, troubleRinging, troubleGoodbye } = linesFor('en-US')
    const number = dialled(ctx.query.dial)
    ctx.type = 'text/xml'
    ctx.body = number
      ? ring({ number, ringSeconds, apology: { language, text: troubleRinging } })
      : hangUp({ language, text: troubleGoodbye })
  })
}

/** A number as people write it into a URL: its plus may have become a blank. */
function dialled(parameter: string | string[] | undefined): string | null {
  if (typeof parameter !== 'string' || !/^[+ ]?\d{7,15}$/.test(parameter)) return null
  const number = `+${parameter.replace(/\D/g, '')}`
  return isSafeToDial(number) ? number : null
}
