import type { Knowledge } from '../domain/knowledge.ts'
import { isOpen } from '../domain/opening-hours.ts'

/** True when the tenant lets a caller be put through at `atMs`. */
export function isTransferAllowed({ transfer, hours, timeZone }: Knowledge, atMs: number): boolean {
  if (!transfer.number || transfer.when === 'never') return false
  return transfer.when === 'always' || isOpen(hours, timeZone, atMs)
}
