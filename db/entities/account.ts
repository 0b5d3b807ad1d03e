import { defineEntity, p } from '@mikro-orm/core'
import type { Knowledge } from '../../domain/knowledge.ts'
import { accountStatuses } from '../../domain/knowledge.ts'
import { EpochMs } from './epoch-ms.ts'
import { isolatedBy, listedInDirectory } from './isolation.ts'

/** The `account_id` of a table whose rows belong to an account directly. */
export const ofAccount = () =>
  p.manyToOne(Account).joinColumn('account_id').mapToPk().deleteRule('no action').updateRule('no action')

export const Account = defineEntity({
  name: 'Account',
  tableName: 'account',
  ...listedInDirectory('id'),
  properties: {
    id: p.uuid().primary().defaultRaw('uuidv7()'),
    companyName: p.text(),
    ownerEmail: p.text(),
    status: p.enum(accountStatuses).default('active'),
    publishedKnowledgeVersion: p.integer().nullable(),
    createdAtMs: p.type(EpochMs).fieldName('created_at').defaultRaw('now()'),
  },
})

/** The number is the routing key, so it is unique across accounts; everything else is unique within one. */
export const PhoneNumber = defineEntity({
  name: 'PhoneNumber',
  tableName: 'phone_number',
  ...listedInDirectory('account_id'),
  properties: {
    e164: p.text().primary(),
    accountId: ofAccount,
    isActive: p.boolean().default(true),
  },
  indexes: [{ properties: 'accountId' }],
})

/** Immutable once written: a change of knowledge is the next version. */
export const KnowledgeVersion = defineEntity({
  name: 'KnowledgeVersion',
  tableName: 'knowledge_version',
  ...isolatedBy('account_id'),
  properties: {
    accountId: () => ofAccount().primary(),
    version: p.integer().primary(),
    content: p.json().$type<Knowledge>(),
    publishedAtMs: p.type(EpochMs).fieldName('published_at').defaultRaw('now()'),
  },
})

/** The account's own key, wrapped by the key of `DATA_KEYS` that `keyId` names. */
export const AccountKey = defineEntity({
  name: 'AccountKey',
  tableName: 'account_key',
  ...isolatedBy('account_id'),
  properties: {
    accountId: () => ofAccount().primary(),
    keyId: p.text(),
    wrappedKey: p.blob(),
  },
})
