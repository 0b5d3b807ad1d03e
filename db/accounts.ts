import type { EntityManager } from '@mikro-orm/postgresql'
import type { NamedKey } from '../domain/environment.ts'
import { Failure } from '../domain/failure.ts'
import type { Knowledge, KnowledgeInput } from '../domain/knowledge.ts'
import { knowledgeSchema } from '../domain/knowledge.ts'
import { createAccountKeys } from './account-keys.ts'
import type { Database } from './database.ts'
import { tables } from './tables.ts'

export interface NewAccount {
  /** A UUID; with one given, doing it again changes nothing. */
  id?: string
  companyName: string
  ownerEmail: string
  /** E.164 */
  numbers: readonly string[]
  knowledge: KnowledgeInput
}

export interface Accounts {
  /**
   * Makes an account with its key, its numbers and version 1 of its knowledge.
   * @returns its id
   * @throws Failure `request-malformed` when a number is already some account's.
   */
  create(account: NewAccount): Promise<string>
  /** Publishes knowledge as the next version. @returns the version */
  publishKnowledge(accountId: string, knowledge: KnowledgeInput): Promise<number>
}

export function createAccounts(database: Database, keyring: readonly NamedKey[]): Accounts {
  const keys = createAccountKeys(keyring)

  return {
    create: async ({ id, companyName, ownerEmail, numbers, knowledge }) => {
      const content = knowledgeSchema.parse(knowledge)
      const accountId = id ?? (await newId(database))
      await database.forAccount(accountId, async (em) => {
        const made = await tables(em)
          .insertInto('account')
          .values({ id: accountId, companyName, ownerEmail })
          .onConflict((conflict) => conflict.doNothing())
          .returning('id')
          .executeTakeFirst()
        if (!made) return
        await tables(em)
          .insertInto('account_key')
          .values({ accountId, ...keys.create(accountId) })
          .execute()
        for (const e164 of numbers) await assignNumber(em, accountId, e164)
        await publish(em, accountId, 1, content)
      })
      return accountId
    },

    publishKnowledge: async (accountId, knowledge) => {
      const content = knowledgeSchema.parse(knowledge)
      return database.forAccount(accountId, async (em) => {
        // The account's row is locked, so that two publishers take turns and get a version each.
        const account = await tables(em)
          .selectFrom('account')
          .select('publishedKnowledgeVersion')
          .where('id', '=', accountId)
          .forUpdate()
          .executeTakeFirst()
        if (!account) throw new Failure('not-found', 'No such account')
        return publish(em, accountId, (account.publishedKnowledgeVersion ?? 0) + 1, content)
      })
    },
  }
}

async function newId(database: Database): Promise<string> {
  const [row] = await database.asDirectory((em) => em.execute<{ id: string }[]>('select uuidv7() as id'))
  return row!.id
}

async function assignNumber(em: EntityManager, accountId: string, e164: string): Promise<void> {
  const taken = await tables(em)
    .insertInto('phone_number')
    .values({ e164, accountId })
    .onConflict((conflict) => conflict.doNothing())
    .returning('e164')
    .executeTakeFirst()
  if (!taken) throw new Failure('request-malformed', 'A phone number is in use already')
}

async function publish(em: EntityManager, accountId: string, version: number, content: Knowledge): Promise<number> {
  await tables(em).insertInto('knowledge_version').values({ accountId, version, content }).execute()
  const account = tables(em).updateTable('account').where('id', '=', accountId)
  await account.set({ publishedKnowledgeVersion: version }).execute()
  return version
}
