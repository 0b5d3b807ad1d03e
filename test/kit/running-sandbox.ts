import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createParts } from '../../sandbox/parts.ts'
import { findFreePort } from '../../sandbox/ports.ts'
import { endOwnProcesses } from '../../sandbox/process-record.ts'
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import { createTestDatabase } from './database.ts'
import { createTestNamespace, temporalAddress } from './temporal.ts'

export interface RunningSandbox extends Sandbox {
  /** What was said on the way: restarts, for one. */
  said: string[]
  stop(): Promise<void>
}

/** All of `npm start` but the terminal: real processes, on a database and a Temporal namespace of their own. */
export async function startTestSandbox(): Promise<RunningSandbox> {
  const home = await mkdtemp(join(tmpdir(), 'ironvoice-home-'))
  await chmod(home, 0o711)
  const [testDatabase, namespace] = await Promise.all([createTestDatabase(), createTestNamespace()])
  const said: string[] = []
  const say = (line: string) => void said.push(line)
  const parts = createParts({ abort: () => endOwnProcesses(home), say })
  const stop = async () => {
    await parts.stopAll()
    await testDatabase.drop()
    await rm(home, { recursive: true, force: true })
  }
  try {
    const [api, relay, worker] = [await findFreePort(), await findFreePort(), await findFreePort()]
    const environment = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: String(api),
      RELAY_PORT: String(relay),
      WORKER_PORT: String(worker),
      DATABASE_URL: testDatabase.appUrl,
      DATABASE_ADMIN_URL: testDatabase.adminUrl,
      TEMPORAL_ADDRESS: temporalAddress(),
      TEMPORAL_NAMESPACE: namespace,
    }
    const sandbox = await startSandbox({ home, environment, parts, say, report: () => {} })
    return { ...sandbox, said, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
