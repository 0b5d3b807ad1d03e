import { Migration } from '@mikro-orm/migrations'

const isOfAccount = (table: string) =>
  `constraint ${table}_account_id_foreign foreign key (account_id) references account (id)`

const isOfConversation = (table: string) =>
  `constraint ${table}_account_id_conversation_id_foreign
        foreign key (account_id, conversation_id) references conversation (account_id, id)`

/** Accounts and their knowledge; calls, what was said, and what came of them. */
export class Calls extends Migration {
  override readonly name = '2026-11-24-calls'

  override up(): void {
    this.addSql(`
      create table account (
        id uuid primary key default uuidv7(),
        company_name text not null,
        owner_email text not null,
        status text not null default 'active' check (status in ('active', 'suspended', 'closed')),
        published_knowledge_version int,
        created_at timestamptz(3) not null default now()
      )`)
    this.addSql(`
      create table phone_number (
        e164 text primary key,
        account_id uuid not null,
        is_active boolean not null default true,
        ${isOfAccount('phone_number')}
      )`)
    this.addSql('create index phone_number_account_id_index on phone_number (account_id)')
    this.addSql(`
      create table knowledge_version (
        account_id uuid,
        version int,
        content jsonb not null,
        published_at timestamptz(3) not null default now(),
        primary key (account_id, version),
        ${isOfAccount('knowledge_version')}
      )`)
    this.addSql(`
      create table account_key (
        account_id uuid primary key,
        key_id text not null,
        wrapped_key bytea not null,
        ${isOfAccount('account_key')}
      )`)

    this.addSql(`
      create table contact (
        account_id uuid,
        id uuid default uuidv7(),
        phone text,
        email text,
        name text not null default '',
        opted_out_at timestamptz(3),
        primary key (account_id, id),
        constraint contact_account_id_phone_unique unique (account_id, phone),
        ${isOfAccount('contact')}
      )`)
    this.addSql(`
      create table conversation (
        account_id uuid,
        id uuid default uuidv7(),
        channel text not null check (channel in ('call', 'sms', 'chat', 'email')),
        external_id text not null,
        contact_id uuid,
        direction text not null check (direction in ('inbound', 'outbound')),
        called_number text not null,
        caller_number text not null,
        knowledge_version int not null,
        started_at timestamptz(3) not null,
        ended_at timestamptz(3),
        duration_seconds int,
        recording_state text not null default 'off' check (recording_state in
          ('off', 'due', 'starting', 'started', 'objected', 'stored', 'deleted', 'missing')),
        recording_sid text,
        outcome text check (outcome in
          ('answered', 'message-taken', 'transferred', 'abandoned', 'spam', 'emergency', 'failed')),
        summary text,
        wrap_up_due_at timestamptz(3) not null,
        summarised_at timestamptz(3),
        owner_told_at timestamptz(3),
        wrapped_up_at timestamptz(3),
        primary key (account_id, id),
        constraint conversation_account_id_channel_external_id_unique unique (account_id, channel, external_id),
        ${isOfAccount('conversation')},
        constraint conversation_account_id_contact_id_foreign
          foreign key (account_id, contact_id) references contact (account_id, id),
        constraint conversation_account_id_knowledge_version_foreign
          foreign key (account_id, knowledge_version) references knowledge_version (account_id, version)
      )`)
    this.addSql('create index conversation_external_id_channel_index on conversation (external_id, channel)')
    this.addSql(`
      create index conversation_due_wrap_up_index on conversation (wrap_up_due_at) where wrapped_up_at is null`)
    this.addSql(`
      create table relay_session (
        account_id uuid,
        token_id text,
        conversation_id uuid not null,
        session_id text not null,
        connected_at timestamptz(3) not null,
        primary key (account_id, token_id),
        ${isOfConversation('relay_session')}
      )`)
    this.addSql(`
      create index relay_session_account_id_conversation_id_index on relay_session (account_id, conversation_id)`)
    this.addSql(`
      create table usage_record (
        account_id uuid,
        conversation_id uuid,
        kind text not null check (kind in ('call')),
        quantity_seconds int not null,
        occurred_at timestamptz(3) not null,
        created_at timestamptz(3) not null,
        primary key (account_id, conversation_id),
        ${isOfConversation('usage_record')}
      )`)

    this.addSql(`
      create table message (
        account_id uuid,
        conversation_id uuid,
        key text,
        seq int not null,
        at timestamptz(3) not null,
        role text not null check (role in ('caller', 'receptionist', 'event')),
        text text not null,
        event text,
        is_interrupted boolean not null,
        first_token_ms int,
        passages jsonb not null,
        primary key (account_id, conversation_id, key),
        ${isOfConversation('message')}
      )`)
    this.addSql(`
      create table task (
        account_id uuid,
        conversation_id uuid,
        key text,
        kind text not null check (kind in ('message', 'follow-up')),
        text text not null,
        urgency text not null check (urgency in ('low', 'normal', 'urgent')),
        caller_name text not null default '',
        callback_number text not null default '',
        is_done boolean not null default false,
        created_at timestamptz(3) not null,
        primary key (account_id, conversation_id, key),
        ${isOfConversation('task')}
      )`)
    this.addSql(`
      create table knowledge_gap (
        account_id uuid,
        conversation_id uuid,
        key text,
        question text not null,
        created_at timestamptz(3) not null,
        primary key (account_id, conversation_id, key),
        ${isOfConversation('knowledge_gap')}
      )`)

    this.addSql(`
      create table recording (
        account_id uuid,
        conversation_id uuid,
        content_type text not null,
        byte_length bigint not null,
        sha256 text not null,
        chunk_bytes int not null,
        stored_at timestamptz(3) not null,
        primary key (account_id, conversation_id),
        ${isOfConversation('recording')}
      )`)
    this.addSql(`
      create table recording_chunk (
        account_id uuid,
        conversation_id uuid,
        seq int,
        data bytea not null,
        primary key (account_id, conversation_id, seq),
        constraint recording_chunk_account_id_conversation_id_foreign
          foreign key (account_id, conversation_id) references recording (account_id, conversation_id)
          deferrable initially deferred
      )`)
    // Enciphered bytes don't compress: don't spend time on trying.
    this.addSql('alter table recording_chunk alter column data set storage external')

    this.isolate('account', 'id')
    for (const table of [
      'phone_number',
      'knowledge_version',
      'account_key',
      'contact',
      'conversation',
      'relay_session',
      'usage_record',
      'message',
      'task',
      'knowledge_gap',
      'recording',
      'recording_chunk',
    ]) {
      this.isolate(table, 'account_id')
    }
    for (const table of ['account', 'phone_number', 'conversation']) {
      this.addSql(`create policy directory on ${table} for select to ironvoice_directory using (true)`)
    }
  }

  private isolate(table: string, column: string): void {
    const isOwn = `${column} = nullif(current_setting('app.account_id', true), '')::uuid`
    this.addSql(`alter table ${table} enable row level security`)
    this.addSql(`alter table ${table} force row level security`)
    this.addSql(`create policy own_account on ${table} using (${isOwn}) with check (${isOwn})`)
  }
}
