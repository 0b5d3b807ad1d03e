import type { Knowledge } from '../../domain/knowledge.ts'
import { isOpen } from '../../domain/opening-hours.ts'
import { isSafeToDial } from '../../domain/phone-number.ts'

/** The number to ring for a human now, or null: by the tenant's rule and hours, safe to dial, and never the called number itself. */
export function ringableNumber({ transfer, hours, timeZone }: Knowledge, calledNumber: string, atMs: number): string | null {
  const { number, when } = transfer
  if (!number || number === calledNumber || !isSafeToDial(number)) return null
  if (when === 'never' || (when === 'open-hours' && !isOpen(hours, timeZone, atMs))) return null
  return number
}
