import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAccounts } from '../../db/accounts.ts'
import { createCalls } from '../../db/calls.ts'
import { createDatabase, type Database } from '../../db/database.ts'
import { createTranscripts } from '../../db/transcripts.ts'
import type { ConversationRef, Message } from '../../domain/conversation.ts'
import type { KnowledgeInput } from '../../domain/knowledge.ts'
import { createLogger } from '../../providers/logger.ts'
import { createRelayTokens, type SessionMode } from '../../providers/relay-token.ts'
import { composeRelay } from '../../relay/compose.ts'
import { readConfig } from '../../relay/config.ts'
import type { EventLoop } from '../../relay/event-loop.ts'
import { testKeyring, testKnowledge } from './account.ts'
import { createTestDatabase } from './database.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'
import { connectPhone, type RelayPhone } from './relay-phone.ts'
import { startScriptedModel } from './scripted-model.ts'
import { until } from './until.ts'

const authToken = 'test-twilio-auth-token'
const relayPublicUrl = 'wss://relay.ironvoice.test'
const keys = testKeyring.map(({ id, key }) => `${id}:${Buffer.from(key).toString('base64')}`).join(',')

/** Base64 of HMAC-SHA1 over the URL alone: a handshake has no form. */
export const signHandshake = (url = `${relayPublicUrl}/voice`, token = authToken) =>
  createHmac('sha1', token).update(url).digest('base64')

export interface TestCall extends ConversationRef {
  callSid: string
  sessionId: string
  token: string
}

/** What relays run among, real but for the vendors. Time stands still unless it is moved, or `isRealTime` for processes. */
export async function createRelayWorld({ isRealTime = false } = {}) {
  const testDatabase = await createTestDatabase()
  const [database, model, twilio] = await Promise.all([
    createDatabase({ url: testDatabase.appUrl }),
    startScriptedModel(),
    startTwilioApi(),
  ])
  const clock = createFakeClock(isRealTime ? Date.now() : undefined)
  const tokens = createRelayTokens(testKeyring)
  const stops: (() => Promise<unknown>)[] = []

  async function openCall(options: { knowledge?: Partial<KnowledgeInput>; mode?: SessionMode; ageMs?: number } = {}): Promise<TestCall> {
    const accountId = await createAccounts(database, testKeyring).create({
      companyName: 'Harbour Bicycles',
      ownerEmail: 'owner@harbour-bicycles.example',
      numbers: [`+1206${String(randomBytes(4).readUInt32BE() % 10_000_000).padStart(7, '0')}`],
      knowledge: testKnowledge(options.knowledge),
    })
    const callSid = `CA${randomBytes(16).toString('hex')}`
    const { conversationId } = await createCalls(database).open({
      accountId,
      callSid,
      from: '+12065559999',
      to: '+12065550100',
      direction: 'inbound',
      knowledgeVersion: 1,
      recordingState: 'due',
      startedAtMs: clock.nowMs() - (options.ageMs ?? 0),
    })
    const ref = { accountId, conversationId }
    return { ...ref, callSid, sessionId: newSessionId(), token: await tokenFor({ ...ref, callSid }, options.mode) }
  }

  const tokenFor = (call: ConversationRef & { callSid: string }, mode: SessionMode = 'normal', ageMs = 0) => {
    const { accountId, conversationId, callSid } = call
    return tokens.issue({ accountId, conversationId, callSid, mode }, { nowMs: clock.nowMs() - ageMs, tokenId: randomUUID() })
  }

  /** Lets time pass in steps, as sockets need it that are pinged meanwhile. */
  async function pass(phone: RelayPhone, ms: number) {
    const stepMs = 10_000
    for (let left = ms; left > 0; left -= stepMs) {
      clock.advance(Math.min(left, stepMs))
      await phone.settled()
    }
  }

  const transcriptOf = (ref: ConversationRef): Promise<Message[]> => createTranscripts(database).read(ref)

  /** Waits until the transcript, as lines such as `caller: Hello`, is as given. */
  async function transcriptIs(ref: ConversationRef, expected: string[]) {
    let lines: string[] = []
    const look = async () => {
      lines = (await transcriptOf(ref)).map(({ role, event, text }) => `${event ?? role}: ${text}`)
      return JSON.stringify(lines) === JSON.stringify(expected)
    }
    const deadline = AbortSignal.timeout(5_000)
    await until(async () => (await look()) || deadline.aborted)
    expect(lines).toEqual(expected)
  }

  return {
    database,
    databaseUrl: testDatabase.appUrl,
    adminUrl: testDatabase.adminUrl,
    model,
    twilio,
    clock,
    pass,
    openCall,
    tokenFor,
    transcriptOf,
    transcriptIs,
    startRelay: async (options: { database?: Database; clock?: FakeClock; eventLoop?: EventLoop } = {}) => {
      const relay = await startRelay({ clock, databaseUrl: testDatabase.appUrl, model, twilio, ...options })
      stops.push(relay.stop)
      return relay
    },
    async stop() {
      for (const stop of stops) await stop()
      await database.close()
      model.stop()
      twilio.stop()
      await testDatabase.drop()
    },
  }
}
export type RelayWorld = Awaited<ReturnType<typeof createRelayWorld>>
export type RunningRelay = Awaited<ReturnType<typeof startRelay>>

interface RelaySurroundings {
  databaseUrl: string
  model: { url: string }
  twilio: { url: string }
}

/** What a relay process needs to be told; Temporal is away. */
export const relayEnvironment = ({ databaseUrl, model, twilio }: RelaySurroundings): Record<string, string> => ({
  RELAY_PORT: '0',
  PUBLIC_URL: 'https://voice.ironvoice.test',
  RELAY_PUBLIC_URL: relayPublicUrl,
  DATABASE_URL: databaseUrl,
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  SESSION_KEYS: keys,
  DATA_KEYS: keys,
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: authToken,
  TWILIO_BASE_URL: twilio.url,
  OPENAI_API_KEY: 'sk-test',
  OPENAI_BASE_URL: model.url,
})

export const newSessionId = () => `VX${randomBytes(16).toString('hex')}`

async function startRelay(options: RelaySurroundings & { clock: FakeClock; database?: Database; eventLoop?: EventLoop }) {
  const logs: string[] = []
  const logger = createLogger({ process: 'relay', level: 'trace', destination: { write: (line: string) => void logs.push(line) } })
  const config = readConfig(relayEnvironment(options))
  const database = options.database ?? (await createDatabase({ url: options.databaseUrl }))
  // This process's own loop is busy with the tests.
  const eventLoop = options.eventLoop ?? { load: () => ({ busy: 0, lagMs: 0 }) }
  const relay = composeRelay(config, { database, logger, clock: options.clock, eventLoop, newId: () => randomUUID() })
  const port = await relay.listen(0, '127.0.0.1')
  const connect = (path = '/voice') =>
    connectPhone(`ws://127.0.0.1:${port}${path}`, { 'X-Twilio-Signature': signHandshake(`${relayPublicUrl}${path}`) })

  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    logs,
    connect,
    /** Connects, and says whose call it is. */
    async call({ callSid, sessionId, token }: TestCall, path?: string) {
      const phone = await connect(path)
      phone.send({ type: 'setup', sessionId, callSid, accountSid: 'AC1', from: '+12065559999', customParameters: { token } })
      return phone
    },
    metric: async (name: string): Promise<number> => {
      const text = await fetch(`http://127.0.0.1:${port}/metrics`).then((response) => response.text())
      const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
    },
    drain: relay.drain,
    stop: async () => {
      let isDone = false
      const drained = relay.drain().finally(() => (isDone = true))
      await until(() => {
        options.clock.advance(10 * 60_000)
        return isDone
      })
      await drained
    },
  }
}

/** Twilio's REST API as far as recordings go. */
async function startTwilioApi() {
  const requests: { method: string; path: string; form: Record<string, string> }[] = []
  const server = createServer(async (request, response) => {
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(await Array.fromAsync(request)).toString()))
    requests.push({ method: request.method!, path: request.url!.split('?')[0]!, form })
    const recording = { sid: `RE${'1'.repeat(32)}`, status: 'in-progress', duration: null }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(request.method === 'GET' ? { recordings: [], uri: '', next_page_uri: null } : recording))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
