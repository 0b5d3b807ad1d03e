import type { EntityManager } from '@mikro-orm/postgresql'
import type { InferKyselyTable } from '@mikro-orm/sql'
import { Account, AccountKey, KnowledgeVersion, PhoneNumber } from './entities/account.ts'
import { Contact, Conversation, RelaySession, UsageRecord } from './entities/conversation.ts'
import { Recording, RecordingChunk } from './entities/recording.ts'
import { KnowledgeGap, Message, Task } from './entities/transcript.ts'

export const entities = [
  Account,
  PhoneNumber,
  KnowledgeVersion,
  AccountKey,
  Contact,
  Conversation,
  RelaySession,
  UsageRecord,
  Message,
  Task,
  KnowledgeGap,
  Recording,
  RecordingChunk,
] as const

const naming = { columnNamingStrategy: 'property', convertValues: true } as const

// Relations are there for their foreign keys; queries name the columns.
type Relation = 'contact' | 'knowledge' | 'conversation' | 'recording'
type Columns<Entity extends (typeof entities)[number]> = Omit<InferKyselyTable<Entity, typeof naming>, Relation>

interface Tables {
  account: Columns<typeof Account>
  phone_number: Columns<typeof PhoneNumber>
  knowledge_version: Columns<typeof KnowledgeVersion>
  account_key: Columns<typeof AccountKey>
  contact: Columns<typeof Contact>
  conversation: Columns<typeof Conversation>
  relay_session: Columns<typeof RelaySession>
  usage_record: Columns<typeof UsageRecord>
  message: Columns<typeof Message>
  task: Columns<typeof Task>
  knowledge_gap: Columns<typeof KnowledgeGap>
  recording: Columns<typeof Recording>
  recording_chunk: Columns<typeof RecordingChunk>
}

/**
 * Queries of the unit of work that `em` belongs to, typed by the entities; values travel as parameters, never as text.
 * Values are converted where they meet their column, but not inside a function such as coalesce.
 */
export const tables = (em: EntityManager) => em.getKysely<Tables>(naming)
