import { setTimeout as wait } from 'node:timers/promises'
import { findFreePort } from '../sandbox/ports.ts'
import { relayEnvironment, signHandshake } from '../test/kit/running-relay.ts'
import { startChild, type Child } from './child.ts'
import type { World } from './world.ts'

export type SubjectName = 'relay' | 'pipe'

/** A fresh process that is measured. */
export interface Subject extends Child {
  url: string
  headers: Record<string, string>
  /** Resolves once as many calls have begun. */
  begun(calls: number): Promise<void>
  /** Sum over all labels. */
  metric(name: string): Promise<number>
}

const answersWithinMs = 60_000

export interface SubjectOptions {
  isHttp2?: boolean
  /** Of the relay, beside the probe; unless told otherwise it takes any number of calls. */
  preloads?: string[]
  environment?: Record<string, string>
}

/** As `npm run relay` has it: a larger young generation is collected more rarely, and each time for longer. */
const youngGeneration = '--max-semi-space-size=4'

/** `relay`: relay/main.ts as production runs it. `pipe`: see pipe.ts. */
export async function startSubject(name: SubjectName, world: World, options: SubjectOptions = {}): Promise<Subject> {
  const { isHttp2 = false, preloads = ['./bench/raised-bounds.ts'], environment = {} } = options
  const { cores, directory, databaseUrl, modelOrigins, certificatePath } = world
  const port = await findFreePort()
  const url = `ws://127.0.0.1:${port}/voice`
  const modelOrigin = isHttp2 ? modelOrigins.secure : modelOrigins.clear
  const trust = { NODE_EXTRA_CA_CERTS: certificatePath }
  const nobody = { url: 'http://127.0.0.1:1' }
  const shared = { name, cores: cores.subject, directory }
  const child =
    name === 'relay'
      ? startChild({
          ...shared,
          script: 'relay/main.ts',
          preloads: ['./bench/probe.ts', ...preloads],
          env: {
            ...trust,
            ...relayEnvironment({ databaseUrl, model: { url: `${modelOrigin}/v1` }, twilio: nobody }),
            NODE_OPTIONS: youngGeneration,
            ...environment,
            RELAY_PORT: String(port),
            RELAY_PUBLIC_URL: `ws://127.0.0.1:${port}`,
          },
        })
      : startChild({
          ...shared,
          script: 'bench/pipe.ts',
          preloads: ['./bench/probe.ts'],
          env: { ...trust, PORT: String(port), MODEL_ORIGIN: modelOrigin },
        })

  const page = (path: string) => fetch(`http://127.0.0.1:${port}${path}`).then((response) => response.text())
  async function until(holds: () => Promise<boolean>) {
    const deadline = AbortSignal.timeout(answersWithinMs)
    while (!(await holds().catch(() => false))) {
      deadline.throwIfAborted()
      await wait(20)
    }
  }
  await Promise.race([until(async () => (await page('/healthz')) !== ''), child.gone])
  return {
    ...child,
    async metric(metric) {
      const lines = (await page('/metrics')).split('\n').filter((line) => line.startsWith(`${metric}{`))
      return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
    },
    url,
    headers: { 'X-Twilio-Signature': signHandshake(url) },
    begun: async (calls) => {
      if (name === 'relay') await until(async () => (await page('/metrics')).includes(`ironvoice_relay_sessions_begun_total{how="normal",process="relay"} ${calls}\n`))
    },
  }
}
