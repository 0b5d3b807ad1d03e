import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createTranscripts } from '../db/transcripts.ts'
import type { Message } from '../domain/conversation.ts'
import { findFreePort } from '../sandbox/ports.ts'
import { startTemporal } from '../sandbox/temporal.ts'
import { relayEnvironment } from '../test/kit/running-relay.ts'
import { execute } from '../test/kit/sql.ts'
import { startChild, type Child } from './child.ts'
import { inFlight } from './in-flight.ts'
import type { Bench } from './run-bench.ts'
import type { FinishedCall, VendorLedger } from './vendors.ts'
import type { BenchCall, World } from './world.ts'

const readyWithinMs = 60_000
const lines: [Message['role'], string][] = [
  ['receptionist', 'Thank you for calling the shop, how can I help?'],
  ['caller', 'Hi, um, do you repair wooden chairs that were bought somewhere else?'],
  ['receptionist', 'Yes, we repair every chair, usually within four days. Bring it to the counter, or call ahead if it is a large one.'],
  ['caller', 'Great, I will come by with it on Thursday then.'],
  ['receptionist', 'Thursday is fine, we are open from nine to five. Is there anything else?'],
  ['caller', 'No, that was all, thank you.'],
]

export type WrapUpHouse = Awaited<ReturnType<typeof startWrapUpHouse>>

/** What wrap-ups live in beside the world: a Temporal dev server, the vendors' stand-ins, and as many workers as wanted. */
export async function startWrapUpHouse(world: World, { stops, directory }: Bench) {
  const { database, adminUrl, databaseUrl } = world
  const temporal = await startTemporal({ home: resolve(process.env.IRONVOICE_HOME ?? '.ironvoice') })
  stops.unshift(() => temporal.stop())
  const vendors = startChild({ name: 'vendors', script: 'bench/vendors.ts', cores: null, directory })
  stops.unshift(vendors.end)
  const vendorsUrl = await vendors.ask<string>('place')
  const workers: Child[] = []
  const environment = {
    ...relayEnvironment({ databaseUrl, model: { url: `${vendorsUrl}/v1` }, twilio: { url: vendorsUrl } }),
    TEMPORAL_ADDRESS: temporal.address,
  }

  async function startWorker() {
    const port = await findFreePort()
    const worker = startChild({
      name: `worker-${workers.length}`,
      script: 'workers/main.ts',
      // It ends with this process, however that ended.
      preloads: ['./bench/probe.ts'],
      env: {
        ...environment,
        WORKER_PORT: String(port),
        PUBLIC_URL: 'http://127.0.0.1:1',
        RESEND_API_KEY: 're_bench',
        RESEND_BASE_URL: vendorsUrl,
        SUPPORT_EMAIL: 'support@ironvoice.example',
        LOG_LEVEL: 'error',
      },
      cores: null,
      directory,
    })
    stops.unshift(worker.end)
    workers.push(worker)
    const isReady = async () => (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null))?.ok
    const deadline = AbortSignal.timeout(readyWithinMs)
    while (!(await Promise.race([isReady(), worker.gone]))) {
      deadline.throwIfAborted()
      await wait(100)
    }
  }

  const query = <Row extends object>(sql: string) => execute<Row>(adminUrl, sql)
  const count = async (sql: string) => Number((await query<{ count: string }>(`select count(*) from ${sql}`))[0]!.count)

  return {
    temporal,
    vendors,
    workers,
    /** What processes are told beside their own. */
    environment,
    /** There are as many workers from then on. */
    async startWorkers(total: number) {
      await Promise.all(Array.from({ length: total - workers.length }, startWorker))
    },

    /** Calls as a minute of talk leaves them: journaled, over at Twilio, and nothing of it told us yet. */
    async finishedCalls(total: number, isRecorded: boolean): Promise<BenchCall[]> {
      const calls = await world.openCalls(total, { isRecorded })
      const transcripts = createTranscripts(database)
      const endedAtMs = Date.now()
      await inFlight(calls, async (call) => {
        const spoken = lines.map(([role, text], seq): Message => {
          const atMs = endedAtMs - (lines.length - seq) * 5_000
          return { key: `line-${seq}`, seq, atMs, role, text, event: null, isInterrupted: false, firstTokenMs: null, passages: [] }
        })
        await transcripts.write(call, spoken)
      })
      await vendors.ask('finish', calls.map(({ callSid }): FinishedCall => ({ callSid, endedAtMs, isRecorded })))
      return calls
    },

    wrappedUp: () => count('conversation where wrapped_up_at is not null'),

    /** What differs between our ledgers and the vendors', in words. A call in which the caller spoke is summed up, and its owner told. */
    async differences(): Promise<string[]> {
      const theirs = await vendors.ask<VendorLedger>('ledger')
      const calls = await count('conversation')
      const withWords = await count("conversation c where exists (select from message m where m.conversation_id = c.id and m.role = 'caller')")
      const recorded = await count("conversation where recording_state <> 'off'")
      const equal: [string, number, number][] = [
        ['wrapped up', await count('conversation where wrapped_up_at is not null and outcome is not null'), calls],
        ['usage lines', await count('usage_record'), calls],
        ['calls with usage', await count('(select distinct conversation_id from usage_record) r'), calls],
        ['summaries kept', await count('conversation where summary is not null'), withWords],
        // On a starved machine an answer may come too late, and is asked for again.
        ['summaries asked for', Math.min(theirs.summaries, withWords), withWords],
        ['owners told', await count('conversation where owner_told_at is not null'), withWords],
        ['mails', theirs.mails, withWords],
        ['recordings kept', await count('recording'), recorded],
        ['recordings deleted at Twilio', theirs.recordingsDeleted, recorded],
      ]
      return equal.filter(([, is, should]) => is !== should).map(([what, is, should]) => `${what}: ${is} of ${should}`)
    },
    query,
  }
}
