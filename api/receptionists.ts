import type { Tenant } from '../domain/knowledge.ts'
import { createReceptionist, type Receptionist } from '../receptionist/receptionist.ts'

const maxKept = 200

/** The receptionist of a tenant's knowledge version: made once, the least recently used forgotten first. */
export function createReceptionists() {
  const kept = new Map<string, Receptionist>()
  return (tenant: Tenant): Receptionist => {
    const key = `${tenant.accountId} ${tenant.knowledgeVersion}`
    const receptionist = kept.get(key) ?? createReceptionist(tenant)
    kept.delete(key)
    kept.set(key, receptionist)
    if (kept.size > maxKept) kept.delete(kept.keys().next().value!)
    return receptionist
  }
}
