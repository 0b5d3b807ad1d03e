/**
 * `npm test [-- jest's arguments]`: brings up the real servers that the tests need – PostgreSQL, and Temporal's dev
 * server – runs jest against them, and takes them down again. Everything is thrown away but the downloaded server.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { startTestServers } from './kit/servers.ts'

async function runJest(variables: Record<string, string>): Promise<number> {
  const jest = createRequire(import.meta.url).resolve('jest/bin/jest')
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, ...process.argv.slice(2)]
  const child = spawn(process.execPath, flags, { stdio: 'inherit', env: { ...process.env, ...variables } })
  const forward = (name: NodeJS.Signals) => child.kill(name)
  process.once('SIGINT', forward).once('SIGTERM', forward)
  const [code] = await once(child, 'exit')
  return code ?? 1
}

const home = resolve(process.env.IRONVOICE_HOME ?? '.ironvoice')
const servers = await startTestServers(home, (line) => console.error(`test set-up: ${line}`))
try {
  process.exitCode = await runJest(servers.variables)
} finally {
  await servers.stop()
}
