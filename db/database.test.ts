import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { TestDatabase } from '../test/kit/database.ts'
import { createTestAccount, openTestCall } from '../test/kit/account.ts'
import { createTestDatabase } from '../test/kit/database.ts'
import { execute } from '../test/kit/sql.ts'
import { createCalls } from './calls.ts'
import type { Database } from './database.ts'
import { createDatabase } from './database.ts'
import { tables } from './tables.ts'

let server: TestDatabase
const open: Database[] = []

const connectTo = async (url: string, poolSize = 2) => {
  const database = await createDatabase({ url, poolSize })
  open.push(database)
  return database
}

beforeAll(async () => {
  server = await createTestDatabase()
})

afterEach(async () => {
  await Promise.all(open.splice(0).map((database) => database.close()))
})

afterAll(() => server.drop())

/** A way to the database that can be frozen: nothing gets through, nothing is closed. */
async function createFreezer(url: string) {
  const sockets = new Set<Socket>()
  const target = new URL(url)
  const proxy: Server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy()).on('close', () => to.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const { port } = proxy.address() as AddressInfo
  return {
    url: Object.assign(new URL(url), { port }).href,
    freeze: () => sockets.forEach((socket) => socket.unpipe().pause()),
    stop: () => {
      sockets.forEach((socket) => socket.destroy())
      proxy.close()
    },
  }
}

const unavailable = { name: 'Failure', code: 'database-unavailable' }
const whoAmI = "select current_user as role, coalesce(current_setting('app.account_id', true), '') as account"
type Me = { role: string; account: string }[]

describe('P-isolation: an account is stated per transaction', () => {
  it('a pooled connection forgets it, and the role, with the transaction', async () => {
    const database = await connectTo(server.appUrl, 1)
    const { accountId } = await createTestAccount(database)
    const me = () => database.asDirectory((em) => em.execute<Me>(whoAmI))
    await database.forAccount(accountId, async () => {})
    expect(await me()).toEqual([{ role: 'ironvoice_directory', account: '' }])
    await expect(
      database.forAccount(accountId, async () => {
        throw new Error('rolled back')
      }),
    ).rejects.toThrow('rolled back')
    expect(await me()).toEqual([{ role: 'ironvoice_directory', account: '' }])
    const seen = await database.forAccount(accountId, (em) => em.execute<Me>(whoAmI))
    expect(seen).toEqual([{ role: 'ironvoice_app', account: accountId }])
  })

  it('units of work side by side on few connections, and one inside another, each see their own', async () => {
    const database = await connectTo(server.appUrl, 2)
    const accounts = await Promise.all([1, 2, 3].map(() => createTestAccount(database)))
    const seen = await Promise.all(
      Array.from({ length: 60 }, (_, index) => {
        const { accountId } = accounts[index % 3]!
        return database.forAccount(accountId, async (em) => {
          const rows = await tables(em).selectFrom('account').select('id').execute()
          return rows.length === 1 && rows[0]!.id === accountId
        })
      }),
    )
    expect(new Set(seen)).toEqual(new Set([true]))
    const [outer, inner] = [accounts[0]!, accounts[1]!]
    await database.forAccount(outer.accountId, async (em) => {
      const nested = await database.forAccount(inner.accountId, (other) => other.execute<Me>(whoAmI))
      expect(nested[0]!.account).toBe(inner.accountId)
      expect((await em.execute<Me>(whoAmI))[0]!.account).toBe(outer.accountId)
    })
  })
})

describe('trouble with the connection is database-unavailable, soon', () => {
  it('nobody listens', async () => {
    const closed = createServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const { port } = closed.address() as AddressInfo
    closed.close()
    const database = await connectTo(`postgres://ironvoice_app:pw@127.0.0.1:${port}/x`)
    await expect(database.ping()).rejects.toMatchObject(unavailable)
    await expect(database.call('write_lines', [])).rejects.toMatchObject(unavailable)
  })

  it('somebody listens and never answers; closing doesn’t wait for them', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const sockets: Socket[] = []
    silent.on('connection', (socket) => sockets.push(socket))
    const database = await connectTo(`postgres://ironvoice_app:pw@127.0.0.1:${port}/x`)
    await expect(database.ping()).rejects.toMatchObject(unavailable)
    await database.close()
    sockets.forEach((socket) => socket.destroy())
    silent.close()
  })

  it('the server freezes within a unit of work: nothing of it is kept, its connection is never used again', async () => {
    const freezer = await createFreezer(server.appUrl)
    const database = await connectTo(freezer.url, 1)
    const { accountId } = await createTestAccount(database)
    const other = await createTestAccount(database)
    const working = database.forAccount(accountId, async (em) => {
      await tables(em).insertInto('contact').values({ accountId, phone: '+12065551111' }).execute()
      freezer.freeze()
      await em.execute('select 1')
    })
    await expect(working).rejects.toMatchObject(unavailable)
    const seen = await database.forAccount(other.accountId, (em) => em.execute<Me>(whoAmI))
    expect(seen).toEqual([{ role: 'ironvoice_app', account: other.accountId }])
    freezer.stop()
    expect(await execute(server.adminUrl, 'select id from contact where account_id = $1', [accountId])).toEqual([])
  })

  it('the server freezes within a procedure; its connection is never used again', async () => {
    const freezer = await createFreezer(server.appUrl)
    const database = await connectTo(freezer.url, 1)
    expect(await database.call('write_lines', [])).toEqual([])
    freezer.freeze()
    await expect(database.call('write_lines', [])).rejects.toMatchObject(unavailable)
    expect(await database.call('write_lines', [])).toEqual([])
    freezer.stop()
  })

  it('the server ends the connection, again and again; the next unit of work gets a new one', async () => {
    const database = await connectTo(server.appUrl, 1)
    const { accountId } = await createTestAccount(database)
    for (let time = 0; time < 3; time += 1) {
      const end = 'select pg_terminate_backend(pg_backend_pid())'
      const ending = database.forAccount(accountId, (em) => em.execute(end))
      await expect(ending).rejects.toMatchObject(unavailable)
    }
    await database.ping()
  })

  it('the server freezes between two units of work; afterwards there is a new connection', async () => {
    const freezer = await createFreezer(server.appUrl)
    const database = await connectTo(freezer.url, 1)
    await database.ping()
    freezer.freeze()
    await expect(database.ping()).rejects.toMatchObject(unavailable)
    await database.ping()
    freezer.stop()
  })

  it('a statement takes too long', async () => {
    const database = await connectTo(server.appUrl, 1)
    const sleeping = database.asDirectory((em) => em.execute('select pg_sleep(60)'))
    await expect(sleeping).rejects.toMatchObject(unavailable)
    await database.ping()
  })

  it('no connection becomes free: the work that was refused never runs', async () => {
    const database = await connectTo(server.appUrl, 1)
    const { promise: release, resolve: letGo } = Promise.withResolvers<void>()
    const { promise: taken, resolve: hasTaken } = Promise.withResolvers<void>()
    const holding = database.asDirectory(() => {
      hasTaken()
      return release
    })
    await taken
    let hasRun = false
    const waiting = database.asDirectory(async () => {
      hasRun = true
    })
    await expect(waiting).rejects.toMatchObject(unavailable)
    letGo()
    await holding
    await database.ping()
    expect(hasRun).toBe(false)
  })
})

it('a database without room on its disk is none that is ready', async () => {
  const database = await connectTo(server.appUrl, 1)
  // Stands for a full disk. A setting of a role's is for its next connections.
  const setLimit = async (words: string) => {
    await execute(server.adminUrl, `alter role ironvoice_app in database ${new URL(server.appUrl).pathname.slice(1)} ${words}`)
    const ending = database.forAccount(randomUUID(), (em) => em.execute('select pg_terminate_backend(pg_backend_pid())'))
    await expect(ending).rejects.toMatchObject(unavailable)
  }
  await database.ping()
  await setLimit('set temp_file_limit = 0')
  await expect(database.ping()).rejects.toMatchObject(unavailable)
  await setLimit('reset temp_file_limit')
  await database.ping()
})

it('a value that a column can’t hold is malformed, not a fault of ours', async () => {
  const database = await connectTo(server.appUrl)
  const { accountId, conversationId } = await openTestCall(database, await createTestAccount(database))
  const calls = createCalls(database)
  for (const end of [{ endedAtMs: 8.64e15 }, { durationSeconds: 2 ** 31 }]) {
    const reporting = calls.reportEnd({ accountId, conversationId }, { ...end, atMs: 0 })
    await expect(reporting).rejects.toMatchObject({ code: 'request-malformed' })
  }
})

it('a driver’s error leaves no value of a row behind', async () => {
  const database = await connectTo(server.appUrl)
  const { accountId } = await createTestAccount(database)
  const values = { accountId, phone: '+12065552222', name: 'Grace Hopper' }
  const twice = database.forAccount(accountId, async (em) => {
    await tables(em).insertInto('contact').values(values).execute()
    await tables(em).insertInto('contact').values(values).execute()
  })
  const failure: Error = await twice.then(
    () => new Error('nothing failed'),
    (error) => error,
  )
  const message = 'PostgreSQL 23505 on contact (contact_account_id_phone_unique)'
  expect(failure).toMatchObject({ code: 'internal', message })
  expect(failure.cause).toBeUndefined()
  expect(`${failure.stack}${JSON.stringify(failure)}`).not.toMatch(/Grace|2065552222/)
})
