import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { demoTenant } from '../../sandbox/demo-tenant.ts'
import { startOpenAiStandIn, type OpenAiStandIn, type OpenAiStandInOptions } from '../../sandbox/openai/stand-in.ts'
import { createParts } from '../../sandbox/parts.ts'
import { findFreePort } from '../../sandbox/ports.ts'
import { endOwnProcesses } from '../../sandbox/process-record.ts'
import { startResendStandIn } from '../../sandbox/resend/stand-in.ts'
import { startProcess } from '../../sandbox/processes.ts'
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import { startTwilioStandIn, type TwilioStandIn, type TwilioStandInOptions } from '../../sandbox/twilio/stand-in.ts'
import { createTestDatabase } from '../kit/database.ts'
import { createTestNamespace, temporalAddress } from '../kit/temporal.ts'
import { eventually } from './drill.ts'

export const twilioAccount = { accountSid: `AC${'0d'.repeat(16)}`, authToken: 'an-auth-token-of-the-drills' }

export type ResendStandIn = Awaited<ReturnType<typeof startResendStandIn>>

export interface House {
  facts: Sandbox['facts']
  /** All that its processes are told. */
  variables: Sandbox['variables']
  twilio: TwilioStandIn
  openai: OpenAiStandIn
  resend: ResendStandIn
  /** Restarts, for one. */
  said: string[]
  /** As the owner of the database, who sees all. */
  query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>
  /** Ends one of the house's processes, by the pid that it has now; whoever supervises it starts it again. */
  kill(name: 'api' | 'relay' | 'worker', signal?: NodeJS.Signals): void
  /** So many times it was started again. */
  restarts(name: string): number
  untilReady(name: 'api' | 'relay' | 'worker'): Promise<void>
  /** Another relay, told the same, which nobody starts again. Resolves to where it listens. */
  startSecondRelay(): Promise<string>
  stop(): Promise<void>
}

export interface HouseOptions {
  /** The run's, in a database of its own, when left out. */
  database?: { appUrl: string; adminUrl: string }
  /** What the processes are told beside the usual. */
  processEnvironment?: Record<string, string>
  /** The run's, in a namespace of its own, when left out. */
  temporal?: { address: string; namespace: string }
  twilio?: Partial<TwilioStandInOptions>
  openai?: OpenAiStandInOptions
  /** Where its folder, logs and all, is made. */
  parent?: string
  /** Another worker's `main.ts` than ours. */
  workerScript?: string
  /** In service beside the demo's. */
  numbers?: { number: string; transferNumber: string }[]
}

/** All of `npm start` over real processes; vendors' stand-ins in this process, so that their ledgers can be read, and quick talkers. */
export async function startHouse(options: HouseOptions = {}): Promise<House> {
  const home = await mkdtemp(join(options.parent ?? tmpdir(), 'ironvoice-drill-'))
  await chmod(home, 0o711)
  const said: string[] = []
  const say = (line: string) => void said.push(line)
  const parts = createParts({ abort: () => endOwnProcesses(home), say })
  const stop = async () => {
    await parts.stopAll()
    await rm(home, { recursive: true, force: true })
  }
  try {
    const { appUrl, adminUrl } = options.database ?? (await parts.add(createTestDatabase, (database) => database.drop()))
    const { address, namespace } = options.temporal ?? { address: temporalAddress(), namespace: await createTestNamespace() }
    const admin = await parts.add(async () => new pg.Pool({ connectionString: adminUrl, max: 2 }), (pool) => pool.end())
    admin.on('error', () => {})
    const ports = { api: await findFreePort(), relay: await findFreePort(), worker: await findFreePort() }
    const publicUrl = `http://127.0.0.1:${ports.api}`
    const numbers = [demoTenant, ...(options.numbers ?? [])].map(({ number, transferNumber }) => ({
      e164: number,
      voiceUrl: `${publicUrl}/twilio/voice`,
      statusUrl: `${publicUrl}/twilio/voice/status`,
      fallbackUrl: `${publicUrl}/twilio/voice/fallback?dial=${encodeURIComponent(transferNumber)}`,
    }))
    const end = (standIn: { stop(): Promise<void> }) => standIn.stop()
    const openai = await parts.add(() => startOpenAiStandIn({ firstTokenMs: 30, tokenMs: 2, ...options.openai }), end)
    const resend = await parts.add(() => startResendStandIn(), end)
    const pace = { wordMs: 5, secondMs: 200, processingMs: 100 }
    const twilio = await parts.add(() => startTwilioStandIn({ ...twilioAccount, numbers, pace, ...options.twilio }), end)
    const environment = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: String(ports.api),
      RELAY_PORT: String(ports.relay),
      WORKER_PORT: String(ports.worker),
      DATABASE_URL: appUrl,
      DATABASE_ADMIN_URL: adminUrl,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      TWILIO_ACCOUNT_SID: twilioAccount.accountSid,
      TWILIO_AUTH_TOKEN: twilioAccount.authToken,
      TWILIO_BASE_URL: twilio.url,
      OPENAI_BASE_URL: openai.url,
      RESEND_API_KEY: 're_drills',
      RESEND_BASE_URL: resend.url,
      ...options.processEnvironment,
    }
    const { facts, variables } = await startSandbox({ home, environment, workerScript: options.workerScript, parts, say, report: () => {} })
    const restarts = (name: string) => said.filter((line) => line.startsWith(`${name} is started again`)).length
    return {
      facts,
      variables,
      twilio,
      openai,
      resend,
      said,
      query: async <Row extends object>(sql: string, values: unknown[] = []) => (await admin.query<Row>(sql, values)).rows,
      kill: (name, signal = 'SIGKILL') => void process.kill(facts.pids[name]!, signal),
      restarts,
      untilReady: (name) =>
        eventually(`${name} is ready`, async () => {
          const response = await fetch(`http://127.0.0.1:${ports[name]}/readyz`, { signal: AbortSignal.timeout(5_000) })
          await response.text()
          // It answers a moment before whoever supervises it has noted its pid; until then this is the one that is gone, and throws.
          process.kill(facts.pids[name]!, 0)
          return response.ok
        }),
      async startSecondRelay() {
        const port = await findFreePort()
        const relay = { name: 'second-relay', script: 'relay/main.ts', port, environment: { ...variables, RELAY_PORT: String(port) } }
        await parts.add(() => startProcess({ home, ...relay }), (child) => child.stop())
        return `http://127.0.0.1:${port}`
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
