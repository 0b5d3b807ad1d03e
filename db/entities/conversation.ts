import { defineEntity, p } from '@mikro-orm/core'
import { channels, directions, recordingStates } from '../../domain/conversation.ts'
import { outcomes } from '../../domain/outcome.ts'
import { KnowledgeVersion, ofAccount } from './account.ts'
import { EpochMs } from './epoch-ms.ts'
import { FreeText } from './free-text.ts'
import { isolatedBy, listedInDirectory } from './isolation.ts'

// Columns stand before relations: a column is known to queries by the first property that has it.

export const Contact = defineEntity({
  name: 'Contact',
  tableName: 'contact',
  ...isolatedBy('account_id'),
  properties: {
    accountId: () => ofAccount().primary(),
    id: p.uuid().primary().defaultRaw('uuidv7()'),
    phone: p.text().nullable(),
    email: p.text().nullable(),
    name: p.text().default(''),
    optedOutAtMs: p.type(EpochMs).fieldName('opted_out_at').nullable(),
  },
  uniques: [{ properties: ['accountId', 'phone'] }],
})

export const Conversation = defineEntity({
  name: 'Conversation',
  tableName: 'conversation',
  ...listedInDirectory('account_id'),
  properties: {
    accountId: () => ofAccount().primary(),
    id: p.uuid().primary().defaultRaw('uuidv7()'),
    channel: p.enum(channels),
    /** The vendor's name for it, such as a call's SID. */
    externalId: p.text(),
    /** Null when the caller withheld the number. */
    contactId: p.uuid().nullable(),
    contact: () =>
      p
        .manyToOne(Contact)
        .joinColumns('account_id', 'contact_id')
        .ownColumns('contact_id')
        .nullable()
        .deleteRule('no action')
        .updateRule('no action'),
    direction: p.enum(directions),
    calledNumber: p.type(FreeText),
    callerNumber: p.type(FreeText),
    knowledgeVersion: p.integer(),
    knowledge: () =>
      p
        .manyToOne(KnowledgeVersion)
        .joinColumns('account_id', 'knowledge_version')
        .ownColumns('knowledge_version')
        .deleteRule('no action')
        .updateRule('no action'),
    startedAtMs: p.type(EpochMs).fieldName('started_at'),
    endedAtMs: p.type(EpochMs).fieldName('ended_at').nullable(),
    durationSeconds: p.integer().nullable(),
    recordingState: p.enum(recordingStates).default('off'),
    recordingSid: p.text().nullable(),
    outcome: p.enum(outcomes).nullable(),
    summary: p.type(FreeText).nullable(),
    /** Written with the row and pulled forward by its end, so that a wrap-up nobody started is found and started. */
    wrapUpDueAtMs: p.type(EpochMs).fieldName('wrap_up_due_at'),
    summarisedAtMs: p.type(EpochMs).fieldName('summarised_at').nullable(),
    ownerToldAtMs: p.type(EpochMs).fieldName('owner_told_at').nullable(),
    wrappedUpAtMs: p.type(EpochMs).fieldName('wrapped_up_at').nullable(),
  },
  uniques: [{ properties: ['accountId', 'channel', 'externalId'] }],
  indexes: [
    { properties: ['externalId', 'channel'] },
    { name: 'conversation_due_wrap_up_index', properties: ['wrapUpDueAtMs'], where: 'wrapped_up_at is null' },
  ],
})

/** The conversation that a row belongs to, by a key that carries the account: no row can point into another's. */
export const ofConversation = () =>
  p.manyToOne(Conversation).joinColumns('account_id', 'conversation_id').deleteRule('no action').updateRule('no action')

/** A relay token is good for one session; the primary key decides who was first. */
export const RelaySession = defineEntity({
  name: 'RelaySession',
  tableName: 'relay_session',
  ...isolatedBy('account_id'),
  properties: {
    accountId: p.uuid().primary(),
    tokenId: p.text().primary(),
    conversationId: p.uuid(),
    conversation: ofConversation,
    sessionId: p.text(),
    connectedAtMs: p.type(EpochMs).fieldName('connected_at'),
  },
  indexes: [{ properties: ['accountId', 'conversationId'] }],
})

/** One line a metered conversation: the ledger that bills are made of. */
export const UsageRecord = defineEntity({
  name: 'UsageRecord',
  tableName: 'usage_record',
  ...isolatedBy('account_id'),
  properties: {
    accountId: p.uuid().primary(),
    conversationId: p.uuid().primary(),
    conversation: ofConversation,
    kind: p.enum(['call'] as const),
    quantitySeconds: p.integer(),
    occurredAtMs: p.type(EpochMs).fieldName('occurred_at'),
    createdAtMs: p.type(EpochMs).fieldName('created_at'),
  },
})
