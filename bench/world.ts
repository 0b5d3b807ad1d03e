import { randomBytes, randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createAccounts } from '../db/accounts.ts'
import { createCalls } from '../db/calls.ts'
import { createDatabase, type Database } from '../db/database.ts'
import { migrateDatabase } from '../db/migrate.ts'
import type { ConversationRef } from '../domain/conversation.ts'
import { createRelayTokens } from '../providers/relay-token.ts'
import { findFreePort } from '../sandbox/ports.ts'
import { startPostgres } from '../sandbox/postgres.ts'
import { testKeyring } from '../test/kit/account.ts'
import { newSessionId } from '../test/kit/running-relay.ts'
import { execute } from '../test/kit/sql.ts'
import { startChild, type Child } from './child.ts'
import type { Cores } from './cores.ts'
import { shopKnowledge } from './shop.ts'

const accounts = 10
const callsOpenedAtOnce = 10
const password = 'throw-away'

/** A call that has come in and whose relay session is to begin. */
export interface BenchCall extends ConversationRef {
  callSid: string
  sessionId: string
  token: string
}

export interface World {
  cores: Cores
  directory: string
  databaseUrl: string
  database: Database
  /** The owner's: sees all. */
  adminUrl: string
  databasePid: number
  model: Child
  /** Origins of the model's stand-in: HTTP/1.1, and HTTP/2 over TLS. */
  modelOrigins: { clear: string; secure: string }
  /** Whom to trust for the latter. */
  certificatePath: string
  /** `isRecorded`: Twilio records already; else nobody does. */
  openCalls(count: number, options?: { isRecorded?: boolean }): Promise<BenchCall[]>
}

/** What calls live in: a real PostgreSQL with some accounts, and the model's stand-in. `stops` gets what ends it, last first. */
export async function createWorld(options: { cores: Cores; directory: string; stops: (() => Promise<unknown>)[] }): Promise<World> {
  const { cores, directory, stops } = options
  const model = startChild({ name: 'model', script: 'bench/model-server.ts', cores: null, directory })
  stops.unshift(model.end)
  const places = await model.ask<World['modelOrigins'] & { certificate: string }>('places')
  const certificatePath = join(directory, 'model.pem')
  await writeFile(certificatePath, places.certificate)
  const port = await findFreePort()
  const server = await startPostgres({ directory: join(directory, 'postgres'), port, password })
  stops.unshift(() => server.stop())
  await execute(server.url('postgres'), 'create database bench')
  const databaseUrl = `postgres://ironvoice_app:${password}@127.0.0.1:${port}/bench`
  await migrateDatabase({ adminUrl: server.url('bench'), appUrl: databaseUrl })
  const database = await createDatabase({ url: databaseUrl })
  stops.unshift(() => database.close())

  const tokens = createRelayTokens(testKeyring)
  const accountIds: string[] = []
  for (let at = 0; at < accounts; at += 1) {
    const account = { companyName: 'A shop', ownerEmail: 'owner@shop.example', numbers: [`+120655501${10 + at}`], knowledge: shopKnowledge }
    accountIds.push(await createAccounts(database, testKeyring).create(account))
  }

  async function openCall(accountId: string, isRecorded: boolean): Promise<BenchCall> {
    const callSid = `CA${randomBytes(16).toString('hex')}`
    const calls = createCalls(database)
    const { conversationId } = await calls.open({
      accountId,
      callSid,
      from: '+12065559999',
      to: '+12065550110',
      direction: 'inbound',
      knowledgeVersion: 1,
      recordingState: isRecorded ? 'due' : 'off',
      startedAtMs: Date.now(),
    })
    if (isRecorded) await calls.setRecording({ accountId, conversationId }, { state: 'started' })
    const token = await tokens.issue({ accountId, conversationId, callSid, mode: 'normal' }, { nowMs: Date.now(), tokenId: randomUUID() })
    return { accountId, conversationId, callSid, sessionId: newSessionId(), token }
  }

  return {
    cores,
    directory,
    databaseUrl,
    database,
    adminUrl: server.url('bench'),
    databasePid: server.pid,
    model,
    modelOrigins: places,
    certificatePath,
    async openCalls(count, { isRecorded = false } = {}) {
      const opened: BenchCall[] = []
      const open = async () => {
        for (let at = opened.length; at < count; at = opened.length) {
          opened.length += 1
          opened[at] = await openCall(accountIds[at % accounts]!, isRecorded)
        }
      }
      await Promise.all(Array.from({ length: callsOpenedAtOnce }, open))
      return opened
    },
  }
}
