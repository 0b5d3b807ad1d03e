import type { Knowledge } from './knowledge.ts'
import { isOpen } from './opening-hours.ts'
import { isSafeToDial } from './phone-number.ts'

/** True when the tenant lets a caller be put through at `atMs`. */
export function isTransferAllowed({ transfer, hours, timeZone }: Knowledge, atMs: number): boolean {
  if (!transfer.number || transfer.when === 'never') return false
  return transfer.when === 'always' || isOpen(hours, timeZone, atMs)
}

/** The number to ring for a human now, or null: by the tenant's rule and hours, safe to dial, and never the called number itself. */
export function ringableNumber(knowledge: Knowledge, calledNumber: string, atMs: number): string | null {
  const { number } = knowledge.transfer
  if (!number || number === calledNumber || !isSafeToDial(number)) return null
  return isTransferAllowed(knowledge, atMs) ? number : null
}
