import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { Knowledge } from '../domain/knowledge.ts'

/** The general emergency number of a country (ITU-T E.161.1 and the countries' own); where there are several, none is named. */
const numbers: Record<string, string> = {
  ...countries('911', 'US CA MX PR GU VI PA CR EC UY PY DO PH'),
  ...countries('112', 'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI IN TR'),
  ...countries('999', 'GB HK MY'),
  AU: '000',
  NZ: '111',
}

/** The number to dial in an emergency where the business is, by its own phone number, else by its language's region; null when unknown. */
export function emergencyNumber({ business, transfer, voice }: Knowledge): string | null {
  const country = [business.phone, transfer.number].map((number) => number && parsePhoneNumberFromString(number)?.country).find(Boolean)
  return numbers[country || voice.language.slice(3)] ?? null
}

function countries(number: string, codes: string): Record<string, string> {
  return Object.fromEntries(codes.split(' ').map((code) => [code, number]))
}
