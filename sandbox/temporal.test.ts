import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { temporalAddress } from '../test/kit/temporal.ts'
import { findTemporalServer } from './find-temporal-server.ts'
import { startTemporal, type TemporalServer } from './temporal.ts'

let home: string
const said: string[] = []

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'ironvoice-temporal-'))
  mkdirSync(join(home, 'bin'))
  symlinkSync(resolve(await findTemporalServer({ home: process.env.IRONVOICE_HOME || '.ironvoice' })), join(home, 'bin', 'temporal'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const start = (environment: NodeJS.ProcessEnv = {}) =>
  startTemporal({ home, databaseFile: join(home, 'temporal.db'), say: (line) => void said.push(line), environment })

async function withClient<T>({ address, namespace }: TemporalServer, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address })
  try {
    return await use(new Client({ connection, namespace }))
  } finally {
    await connection.close()
  }
}

const beginWorkflow = (server: TemporalServer) =>
  withClient(server, (client) => client.workflow.start('anything', { workflowId: 'kept', taskQueue: 'nobody' }))
const statusOfWorkflow = (server: TemporalServer) =>
  withClient(server, async (client) => (await client.workflow.getHandle('kept').describe()).status.name)

it('the Temporal server that was named is used, and never ended by us', async () => {
  const server = await start({ TEMPORAL_ADDRESS: temporalAddress() })
  expect(server).toMatchObject({ address: temporalAddress(), pid: null })
  await server.stop()
  await withClient(server, (client) => client.workflow.count())
})

it('Temporal\'s own server takes workflows once it is said to be started, keeps them over restarts, shows its UI, and ends when asked', async () => {
  const first = await start()
  await beginWorkflow(first)
  expect((await fetch(first.uiUrl!)).status).toBe(200)
  await first.stop()
  expect(await first.ended).toBe('exit code 0')
  expect(readdirSync(join(home, 'pids'))).toEqual([])

  const second = await start()
  expect(await statusOfWorkflow(second)).toBe('RUNNING')
  await second.stop()
})

it('a damaged database of Temporal is set aside, said, and begun anew', async () => {
  writeFileSync(join(home, 'temporal.db'), Buffer.alloc(100_000, 'no database'))

  const server = await start()
  await beginWorkflow(server)
  expect(await statusOfWorkflow(server)).toBe('RUNNING')
  await server.stop()

  expect(said.join()).toContain("Temporal's database is damaged")
  expect(readdirSync(home).some((name) => name.startsWith('temporal.db.damaged-'))).toBe(true)
})
