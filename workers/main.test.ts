import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { jest } from '@jest/globals'
import { Client, Connection } from '@temporalio/client'
import { sweepScheduleId, workflowTypes, wrapUpWorkflowId } from '../domain/workflow-names.ts'
import { securityHeaders } from '../domain/security-headers.ts'
import { createTestNamespace, temporalAddress } from '../test/kit/temporal.ts'
import { until } from '../test/kit/until.ts'
import { createWrapUpWorld, dataKeys, goodAnswer, personalWords, type WrapUpWorld } from '../test/kit/wrap-up-world.ts'
import { createDataConverter } from './data-converter.ts'

jest.setTimeout(120_000)

let world: WrapUpWorld
const stops: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  world = await createWrapUpWorld()
  world.vendors.setAnswer(goodAnswer)
})

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

afterAll(() => world?.stop())

/** The worker as production starts it: a process of its own, told everything by its environment. */
async function startProcess(variables: Record<string, string>) {
  const child = spawn(process.execPath, ['workers/main.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      WORKER_PORT: '0',
      PUBLIC_URL: 'http://127.0.0.1:1',
      DATABASE_URL: world.databaseUrl,
      TEMPORAL_ADDRESS: temporalAddress(),
      DATA_KEYS: dataKeys.map(({ id, key }) => `${id}:${Buffer.from(key).toString('base64')}`).join(),
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: '0'.repeat(32),
      TWILIO_BASE_URL: world.vendors.url,
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: `${world.vendors.url}/v1`,
      RESEND_API_KEY: 're_test',
      RESEND_BASE_URL: world.vendors.url,
      SUPPORT_EMAIL: 'support@ironvoice.example',
      ...variables,
    },
  })
  const exit = once(child, 'exit') as Promise<[number | null]>
  stops.push(() => (child.kill('SIGKILL'), exit))
  const log: Record<string, unknown>[] = []
  createInterface({ input: child.stdout }).on('line', (line) => log.push(JSON.parse(line)))
  await until(() => log.some(({ msg }) => msg === 'worker starts') || child.exitCode !== null)
  const url = `http://127.0.0.1:${String(log.find(({ port }) => port)?.port)}`
  return { child, exit, log, url, isReady: async () => (await fetch(`${url}/readyz`)).status === 200 }
}

async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

describe('the worker process', () => {
  it('wraps up what nobody asked it to, says how it is, and ends on SIGTERM', async () => {
    const namespace = await createTestNamespace()
    const call = await world.placeCall()
    await world.calls.reportEnd(call.ref, { atMs: Date.now() })
    const worker = await startProcess({ TEMPORAL_NAMESPACE: namespace })
    await until(worker.isReady)

    const connection = await Connection.connect({ address: temporalAddress() })
    stops.push(() => connection.close())
    const client = new Client({ connection, namespace, dataConverter: createDataConverter(dataKeys) })
    await until(() =>
      client.schedule
        .getHandle(sweepScheduleId)
        .trigger()
        .then(
          () => true,
          () => false,
        ),
    )
    await until(async () => (await world.wrapUps.load(call.ref))!.isWrappedUp)
    expect((await client.workflow.getHandle(wrapUpWorkflowId(call.callSid)).describe()).type).toBe(
      workflowTypes.wrapUpConversation,
    )

    const metrics = async () => (await fetch(`${worker.url}/metrics`)).text()
    await until(async () =>
      /ironvoice_temporal_workflow_completed_total\{workflow_type="wrapUpConversation"[^}]*\} 1/.test(await metrics()),
    )
    for (const path of ['/healthz', '/readyz', '/metrics', '/', '/%00']) {
      const { headers } = await fetch(`${worker.url}${path}`)
      for (const [name, value] of Object.entries(securityHeaders)) expect(headers.get(name)).toBe(value)
    }

    worker.child.kill('SIGTERM')
    expect(await worker.exit).toEqual([0, null])
    expect(JSON.stringify(worker.log)).not.toMatch(personalWords)
  })

  it('waits for a Temporal that is away: alive, not ready, and stoppable', async () => {
    const worker = await startProcess({ TEMPORAL_ADDRESS: `127.0.0.1:${await unusedPort()}` })
    await until(() => worker.log.some(({ code }) => code === 'temporal-unavailable'))
    expect((await fetch(`${worker.url}/healthz`)).status).toBe(200)
    const ready = await fetch(`${worker.url}/readyz`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({ dependencies: { database: 'ready', temporal: 'unavailable' } })
    worker.child.kill('SIGTERM')
    expect(await worker.exit).toEqual([0, null])
  })

  it('names what its environment lacks, without what is in it', async () => {
    const child = spawn(process.execPath, ['workers/main.ts'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { TWILIO_AUTH_TOKEN: 'short-secret' },
    })
    let said = ''
    child.stderr.on('data', (chunk) => (said += String(chunk)))
    expect((await once(child, 'exit'))[0]).not.toBe(0)
    expect(said).toMatch(/DATABASE_URL[\s\S]*TWILIO_AUTH_TOKEN/)
    expect(said).not.toContain('short-secret')
  })
})
