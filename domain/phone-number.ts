import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { z } from 'zod'

/** A phone number in E.164 form (ITU-T E.164: `+`, then 7 to 15 digits). */
export const e164Schema = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a phone number in E.164 form')

const costlyTypes = new Set(['PREMIUM_RATE', 'SHARED_COST', 'UAN', 'PAGER'])

/** True for a number that we may ring on a tenant's behalf: valid, and neither premium-rate nor shared-cost. */
export function isSafeToDial(e164: string): boolean {
  const number = parsePhoneNumberFromString(e164)
  return number !== undefined && number.isValid() && !costlyTypes.has(number.getType() ?? '')
}

/** A tenant's transfer target: E.164, and safe to dial. */
export const transferNumberSchema = e164Schema.refine(isSafeToDial, 'must be a dialable number that costs no premium')

/** All but the last two digits masked, for logs: `+1•••••••44`. */
export function maskPhoneNumber(e164: string): string {
  return e164.length < 6 ? '•••' : `${e164.slice(0, 2)}${'•'.repeat(e164.length - 4)}${e164.slice(-2)}`
}
