import type { EntityManager } from '@mikro-orm/postgresql'
import type { SessionContext } from '@mikro-orm/core'
import { MikroORM } from '@mikro-orm/postgresql'
import type { Pool, PoolClient } from 'pg'
import { Failure } from '../domain/failure.ts'
import { closeOrm } from './close-orm.ts'
import { databaseFailure } from './database-failure.ts'
import { directoryRole } from './entities/isolation.ts'
import { entities } from './tables.ts'
import { tlsFor } from './tls.ts'

export const databaseBounds = {
  /** From asking for a connection to standing in a transaction, the pool's queue included. */
  beginWithinMs: 2_000,
  /** After that the server cancels a statement … */
  statementMs: 1_500,
  /** … and after that the connection counts as dead, because the server doesn't answer at all. */
  answerWithinMs: 1_900,
  /** So long may a unit of work wait for something else, such as the next piece of a recording. */
  idleInTransactionMs: 30_000,
} as const

/** Sorts more than the least `work_mem` holds, which takes some room on the disk, and no right to write. */
const sortOnDisk = "select count(*) from (select repeat('x', 100), g from generate_series(1, 2000) g order by 1, 2 offset 1) sorted"

export interface Database {
  /** One unit of work = one transaction that sees and writes this account's rows only. */
  forAccount<T>(accountId: string, work: (em: EntityManager) => Promise<T>): Promise<T>
  /** One unit of work that reads across accounts, the directory's few columns only. */
  asDirectory<T>(work: (em: EntityManager) => Promise<T>): Promise<T>
  /**
   * Calls a procedure `(argument json, inout answer json)` that makes units of work itself, each of one account that it
   * states. One round trip, within four seconds.
   */
  call<Answer>(procedure: string, argument: object): Promise<Answer>
  /** Rejects while the database is away, or its disk full. */
  ping(): Promise<void>
  close(): Promise<void>
}

/**
 * A pool of connections to PostgreSQL as the app's role; connects when first used, so it can be made while the database
 * is away. Whatever is wrong with the connection is a Failure `database-unavailable` within two seconds.
 */
export async function createDatabase({
  url,
  poolSize = 10,
  applicationName = 'ironvoice',
}: {
  url: string
  poolSize?: number
  applicationName?: string
}): Promise<Database> {
  const clients = new Set<PoolClient>()
  const orm = new MikroORM({
    clientUrl: url,
    entities: [...entities],
    // One stays open, so that a call after a quiet time doesn't wait for a connection to be made.
    pool: { min: 1, max: poolSize, idleTimeoutMillis: 60_000 },
    // Broken connections reach the caller as failures; the library would write them to the console as well.
    logger: () => undefined,
    driverOptions: {
      ssl: tlsFor(url),
      application_name: applicationName,
      connectionTimeoutMillis: databaseBounds.beginWithinMs,
      statement_timeout: databaseBounds.statementMs,
      idle_in_transaction_session_timeout: databaseBounds.idleInTransactionMs,
      keepAlive: true,
      onPoolCreated: (pool: Pool) => {
        pool.on('connect', (client) => {
          clients.add(client)
          guard(client)
        })
        pool.on('remove', (client) => clients.delete(client))
      },
    },
  })

  const run = async <T>(session: SessionContext, work: (em: EntityManager) => Promise<T>): Promise<T> => {
    const waiting = deadline(databaseBounds.beginWithinMs)
    const done = orm.em
      .fork({ session })
      .transactional((em) => {
        // Given up already: whoever asked was told so, and nothing may be written behind their back.
        if (waiting.isOver()) throw new Failure('database-unavailable', 'The transaction began too late')
        waiting.cancel()
        return work(em)
      })
      .catch((error: unknown) => {
        throw databaseFailure(error)
      })
      .finally(waiting.cancel)
    return Promise.race([done, waiting.over])
  }

  const call = async <Answer>(procedure: string, argument: object): Promise<Answer> => {
    const client = await (await orm.em.getConnection().getNativeClient()).connect()
    let isSound = false
    try {
      const { rows } = await client.query<{ answer: Answer }>(`call ${procedure}($1, null)`, [JSON.stringify(argument)])
      isSound = true
      return rows[0]!.answer
    } finally {
      client.release(!isSound)
    }
  }

  return {
    call: <Answer>(procedure: string, argument: object) =>
      call<Answer>(procedure, argument).catch((error: unknown): never => {
        throw databaseFailure(error)
      }),
    forAccount: (accountId, work) => run({ variables: { 'app.account_id': accountId } }, work),
    asDirectory: (work) => run({ role: directoryRole }, work),
    ping: () => run({ variables: { work_mem: '64kB' } }, async (em) => void (await em.execute(sortOnDisk))),
    close: async () => {
      if ((await closeOrm(orm)) === 'gave-up') for (const client of clients) void client.end()
    },
  }
}

/**
 * Ends a connection whose server leaves a statement unanswered: the driver's own `query_timeout` would give it back to
 * the pool in the middle of its transaction, account and all. And gives a connection back that broke at the border of a
 * transaction, where the query builder would keep it for ever.
 */
function guard(client: PoolClient): void {
  const query = client.query.bind(client) as (sql: string, values: unknown[]) => Promise<unknown>
  const guarded = async (sql: string, values: unknown[]) => {
    const timer = setTimeout(() => void client.end(), databaseBounds.answerWithinMs)
    try {
      return await query(sql, values)
    } catch (error) {
      if (sql === 'begin' || sql === 'rollback') client.release(true)
      throw error
    } finally {
      clearTimeout(timer)
    }
  }
  Object.assign(client, { query: guarded })
}

function deadline(ms: number) {
  let isOver = false
  let cancel = () => {}
  const over = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => {
      isOver = true
      reject(new Failure('database-unavailable', 'The database did not answer in time'))
    }, ms)
    cancel = () => clearTimeout(timer)
  })
  return { over, cancel, isOver: () => isOver }
}
