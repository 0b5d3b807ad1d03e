import { isDeepStrictEqual } from 'node:util'
import type { NamedKey } from '../domain/environment.ts'
import { knowledgeSchema } from '../domain/knowledge.ts'
import { createAccounts } from '../db/accounts.ts'
import type { Database } from '../db/database.ts'
import { createTenants } from '../db/tenants.ts'
import { demoKnowledge } from './demo-knowledge.ts'

/** The demo's account and numbers, the same in every sandbox; the numbers are of the block kept for fiction (555-01xx). */
export const demoTenant = {
  accountId: '01900000-0000-7000-8000-000000000001',
  ownerEmail: 'owner@aldercove-dental.example',
  number: '+15035550142',
  transferNumber: '+15035550143',
  callerNumber: '+15035550107',
} as const

/** Makes the demo's account, or brings its knowledge up to date when this version of the demo tells something else. */
export async function seedDemoTenant(database: Database, dataKeys: NamedKey[], nowMs: number): Promise<void> {
  const accounts = createAccounts(database, dataKeys)
  const knowledge = knowledgeSchema.parse(demoKnowledge(nowMs))
  const { accountId, ownerEmail, number } = demoTenant
  await accounts.create({ id: accountId, companyName: knowledge.business.name, ownerEmail, numbers: [number], knowledge })
  const published = await createTenants(database).load(accountId)
  if (!isDeepStrictEqual(published?.knowledge, knowledge)) await accounts.publishKnowledge(accountId, knowledge)
}
