import { join } from 'node:path'
import { createDatabase, type Database } from '../db/database.ts'
import { environment as known } from '../domain/environment.ts'
import { seedDemoTenant, demoTenant } from './demo-tenant.ts'
import type { Parts } from './parts.ts'
import { choosePort, keepPorts } from './ports.ts'
import { processEnvironment } from './process-environment.ts'
import { startProcess } from './processes.ts'
import { removeSandboxFile, writeSandboxFile, type SandboxFile } from './sandbox-file.ts'
import { keepSecrets } from './secrets.ts'
import { prepareDatabase, prepareGivenDatabase, startOwnPostgres } from './start-database.ts'
import { supervise } from './supervise.ts'
import { startTemporal } from './temporal.ts'
import { startVendors } from './vendors.ts'

export interface Sandbox {
  facts: SandboxFile
  /** As the app's role. */
  database: Database
  /** All that its processes are told. */
  variables: Record<string, string>
}

export interface SandboxOptions {
  /** Opened already, for this process alone. */
  home: string
  environment: NodeJS.ProcessEnv
  /** Ours when left out. */
  workerScript?: string
  parts: Parts
  /** What happens on the way, and later when something ends that shouldn't. */
  say: (line: string) => void
  /** What is ready now, and where. */
  report: (part: string, where: string) => void
}

/** Brings up all of IronVoice and the world around it; what is set in the environment already is used instead. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { home, environment, workerScript = 'workers/main.ts', parts, say, report } = options
  const secrets = keepSecrets(home)
  const inner = await keepPorts(home, ['postgres', 'temporal', 'temporalUi', 'twilio', 'openai', 'resend'])
  const ports = await chooseProcessPorts(environment, say)
  const publicUrl = environment.PUBLIC_URL?.replace(/\/+$/, '') || `http://127.0.0.1:${ports.api}`
  // wss, since Twilio takes nothing else; on loopback its stand-in plays the proxy that ends TLS
  const relayPublicUrl = environment.RELAY_PUBLIC_URL || `wss://127.0.0.1:${ports.relay}`
  const isStopping = () => parts.isStopping()
  const pids: Record<string, number> = { start: process.pid }
  const keepUp = <Part extends { pid: number | null; ended: Promise<string>; stop(): Promise<void> }>(name: string, start: () => Promise<Part>) =>
    supervise({
      name,
      say,
      isStopping,
      start: async () => {
        const part = await start()
        if (part.pid) pids[name] = part.pid
        return part
      },
      onRestart: () => writeSandboxFile(home, facts),
    })

  const urls = await prepare()
  const database = await parts.add(() => createDatabase({ url: urls.url, poolSize: 2, applicationName: 'ironvoice-sandbox' }), (pool) => pool.close())

  const temporal = await parts.add(
    () =>
      keepUp('temporal', () =>
        startTemporal({
          home,
          ports: { grpc: inner.temporal, ui: inner.temporalUi },
          databaseFile: join(home, 'temporal.db'),
          say,
          environment,
        }),
      ),
    (part) => part.stop(),
  )
  const { address, namespace, uiUrl } = temporal.current()
  report('Temporal', uiUrl ? `${address}, UI ${uiUrl}` : address)

  const vendors = await startVendors({ home, parts, secrets, ports: inner, publicUrl, environment })
  const standIns = Object.entries({ Twilio: vendors.twilioUrl, OpenAI: vendors.openaiUrl, Resend: vendors.resendUrl })
  report('Stand-ins', standIns.map(([name, url]) => `${name} ${url ?? '(the real one)'}`).join(', '))

  const variables = processEnvironment(environment, {
    PUBLIC_URL: publicUrl,
    RELAY_PUBLIC_URL: relayPublicUrl,
    PORT: String(ports.api),
    RELAY_PORT: String(ports.relay),
    WORKER_PORT: String(ports.worker),
    DATABASE_URL: urls.url,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    SESSION_KEYS: environment.SESSION_KEYS || secrets.sessionKeys,
    DATA_KEYS: environment.DATA_KEYS || secrets.dataKeys,
    SUPPORT_EMAIL: environment.SUPPORT_EMAIL || 'support@ironvoice.example',
    ...vendors.variables,
  })

  await seedDemoTenant(database, known.DATA_KEYS.parse(variables.DATA_KEYS), Date.now())
  report('Demo tenant', `Alder Cove Dental, ${demoTenant.number}`)

  const facts: SandboxFile = {
    apiUrl: `http://127.0.0.1:${ports.api}`,
    relayUrl: `ws://127.0.0.1:${ports.relay}`,
    workerUrl: `http://127.0.0.1:${ports.worker}`,
    temporalAddress: address,
    temporalNamespace: namespace,
    temporalUiUrl: uiUrl,
    mailboxUrl: vendors.mailboxUrl,
    databaseUrl: urls.url,
    databaseAdminUrl: urls.adminUrl,
    twilioAccountSid: variables.TWILIO_ACCOUNT_SID ?? '',
    twilioAuthToken: variables.TWILIO_AUTH_TOKEN ?? '',
    twilioBaseUrl: variables.TWILIO_BASE_URL ?? null,
    openaiBaseUrl: variables.OPENAI_BASE_URL ?? null,
    resendBaseUrl: variables.RESEND_BASE_URL ?? null,
    demo: { number: demoTenant.number, email: demoTenant.ownerEmail, password: secrets.demoPassword },
    pids,
  }
  const processes = [
    { name: 'api', script: 'api/main.ts', port: ports.api },
    { name: 'relay', script: 'relay/main.ts', port: ports.relay },
    { name: 'worker', script: workerScript, port: ports.worker },
  ]
  await parts.add(
    () => Promise.all(processes.map((each) => keepUp(each.name, () => startProcess({ home, environment: variables, ...each })))),
    (started) => Promise.all(started.map((each) => each.stop())),
  )
  report('IronVoice', `api ${facts.apiUrl}, relay ${facts.relayUrl}, worker ${facts.workerUrl}`)
  await parts.add(async () => writeSandboxFile(home, facts), () => removeSandboxFile(home))
  return { facts, database, variables }

  async function prepare() {
    if (environment.DATABASE_URL) {
      const given = await prepareGivenDatabase(environment.DATABASE_URL, environment.DATABASE_ADMIN_URL)
      report('PostgreSQL', 'the one that DATABASE_URL names')
      return given
    }
    const postgres = await parts.add(
      () => keepUp('postgres', () => startOwnPostgres({ home, port: inner.postgres, secrets, say })),
      (part) => part.stop(),
    )
    const own = await prepareDatabase(postgres.current(), secrets)
    report('PostgreSQL', `127.0.0.1:${inner.postgres}, migrated`)
    return own
  }
}

async function chooseProcessPorts(environment: NodeJS.ProcessEnv, say: (line: string) => void) {
  // whoever gives way to a stranger does not take the place of the next
  const taken = [3000, 3001, 3002]
  const choose = async (variable: string, usual: number) => {
    const port = await choosePort(variable, usual, { environment, taken: taken.filter((other) => other !== usual), say })
    taken.push(port)
    return port
  }
  return { api: await choose('PORT', 3000), relay: await choose('RELAY_PORT', 3001), worker: await choose('WORKER_PORT', 3002) }
}
