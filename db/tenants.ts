import type { Tenant } from '../domain/knowledge.ts'
import { knowledgeSchema } from '../domain/knowledge.ts'
import type { Database } from './database.ts'
import { tables } from './tables.ts'

export interface Tenants {
  /** The account with its published knowledge, or with `version` of it; null when there is no such one. */
  load(accountId: string, version?: number): Promise<Tenant | null>
}

export function createTenants(database: Database): Tenants {
  return {
    load: async (accountId, version) => {
      const found = await database.forAccount(accountId, (em) => {
        const query = tables(em)
          .selectFrom('account')
          .innerJoin('knowledge_version', 'knowledge_version.accountId', 'account.id')
          .select(['account.status', 'account.ownerEmail', 'knowledge_version.version', 'knowledge_version.content'])
          .where('account.id', '=', accountId)
        return version === undefined
          ? query.whereRef('knowledge_version.version', '=', 'account.publishedKnowledgeVersion').executeTakeFirst()
          : query.where('knowledge_version.version', '=', version).executeTakeFirst()
      })
      if (!found) return null
      const { status, ownerEmail, version: knowledgeVersion, content } = found
      return { accountId, status, ownerEmail, knowledgeVersion, knowledge: knowledgeSchema.parse(content) }
    },
  }
}
