import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { Failure } from '../domain/failure.ts'
import { directoryRole } from './entities/isolation.ts'

export type Execute = (sql: string) => Promise<Record<string, unknown>[]>

export interface Login {
  name: string
  password: string
}

/**
 * Makes the app's role and the directory's, or brings them to what they should be. Roles belong to the whole server,
 * where a database's advisory lock doesn't reach: whoever loses a race there finds the work done, or does it again.
 */
export async function createRoles(execute: Execute, login: Login): Promise<void> {
  const app = quoted(login.name)
  const names = `${literal(login.name)}, '${directoryRole}'`
  const found = await execute(`
    select rolname as name, rolname = current_user as is_owner,
      rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls as is_powerful
    from pg_roles where rolname in (${names})`)
  if (found.some((role) => role.is_owner)) throw new Failure('config-invalid', "DATABASE_URL: must not be the owner's")
  const isMissing = (name: string) => !found.some((role) => role.name === name)
  if (isMissing(login.name)) await racing(() => execute(`create role ${app}`))
  if (isMissing(directoryRole)) await racing(() => execute(`create role ${directoryRole} nologin`))
  for (const { name } of found.filter((role) => role.is_powerful)) {
    const powerless = 'nosuperuser nocreatedb nocreaterole noreplication nobypassrls'
    await racing(() => execute(`alter role ${quoted(String(name))} ${powerless}`))
  }
  await racing(() => execute(`alter role ${app} login noinherit password ${literal(scramVerifier(login.password))}`))
  // Without inheritance the app has the directory's rights only in a transaction that says so.
  await racing(() => execute(`grant ${directoryRole} to ${app} with inherit false, set true, admin false`))
}

const alreadyThere = new Set(['42710', '23505'])
const concurrentlyUpdated = 'XX000'

async function racing(statement: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await statement()
      return
    } catch (error) {
      const { code = '' } = error as { code?: string }
      if (alreadyThere.has(code)) return
      if (code !== concurrentlyUpdated || attempt === 20) throw error
    }
  }
}

/** RFC 5803: what the server keeps of a password. The password itself is in no statement, so in no log of statements. */
function scramVerifier(password: string, salt = randomBytes(16), iterations = 4_096): string {
  const salted = pbkdf2Sync(prepared(password), salt, iterations, 32, 'sha256')
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest()
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${hmac('Server Key').toString('base64')}`
}

const otherSpaces = /[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/g
const unseen = /\u00AD|\u034F|\u1806|[\u180B-\u180D]|\u200C|\u200D|\u2060|[\uFE00-\uFE0F]|\uFEFF/g

/** SASLprep (RFC 4013), which clients apply to the password before they prove that they know it. */
const prepared = (password: string) => password.replace(otherSpaces, ' ').replace(unseen, '').normalize('NFKC')

export const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`
