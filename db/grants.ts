import { directoryRole } from './entities/isolation.ts'
import type { Execute } from './roles.ts'
import { quoted } from './roles.ts'

interface Grants {
  insert?: true
  /** Columns that the app may change; keys, owners and what is written once are never among them. */
  update?: readonly string[]
  /** Columns that the directory may read across accounts. */
  directory?: readonly string[]
}

/**
 * What the app may do beside reading, table by table: what isn't named is refused, so nothing can be deleted or
 * truncated. Which rows is the policies' business, also where write_lines writes them.
 */
export const grants: Readonly<Record<string, Grants>> = {
  account: { insert: true, update: ['published_knowledge_version'], directory: ['id', 'status'] },
  phone_number: { insert: true, directory: ['e164', 'account_id', 'is_active'] },
  knowledge_version: { insert: true },
  account_key: { insert: true },
  contact: { insert: true, update: ['opted_out_at'] },
  conversation: {
    insert: true,
    update: [
      'ended_at',
      'duration_seconds',
      'recording_state',
      'recording_sid',
      'outcome',
      'summary',
      'wrap_up_due_at',
      'summarised_at',
      'owner_told_at',
      'wrapped_up_at',
    ],
    directory: ['account_id', 'id', 'channel', 'external_id', 'wrap_up_due_at', 'wrapped_up_at'],
  },
  relay_session: { insert: true },
  usage_record: { insert: true },
  message: {
    insert: true,
    update: ['seq', 'at', 'role', 'text', 'event', 'is_interrupted', 'first_token_ms', 'passages', 'written_at'],
  },
  task: { insert: true },
  knowledge_gap: { insert: true },
  recording: { insert: true },
  recording_chunk: { insert: true },
}

/** Takes everything away and grants the above, in one transaction of the caller's: nobody sees the moment between. */
export async function grantLeast(execute: Execute, appRole: string): Promise<void> {
  const app = quoted(appRole)
  const everyone = `public, ${app}, ${directoryRole}`
  const [row] = await execute('select current_database() as name')
  const database = quoted(String(row?.name))
  await execute(`revoke all on database ${database} from ${everyone}`)
  await execute(`grant connect on database ${database} to ${app}`)
  await execute(`revoke all on schema public from ${everyone}`)
  await execute(`grant usage on schema public to ${app}, ${directoryRole}`)
  await execute(`revoke all on all tables in schema public from ${everyone}`)
  await execute(`revoke all on all routines in schema public from ${everyone}`)
  await execute(`grant execute on procedure write_lines to ${app}`)
  for (const [table, { insert, update, directory }] of Object.entries(grants)) {
    const verbs = ['select', insert && 'insert', update && `update (${update.join(', ')})`]
    await execute(`grant ${verbs.filter(Boolean).join(', ')} on ${table} to ${app}`)
    if (directory) await execute(`grant select (${directory.join(', ')}) on ${table} to ${directoryRole}`)
  }
}
