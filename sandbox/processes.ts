import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { startChildProcess, type ChildProcess } from './child-process.ts'

const project = fileURLToPath(new URL('..', import.meta.url))
const readyWithinMs = 60_000

/**
 * Starts one of IronVoice's processes as production does, by environment alone, and waits until it says it is ready.
 * @throws Error with the end of its log when it dies instead, or isn't ready in time.
 */
export async function startProcess(options: {
  home: string
  name: string
  /** From the folder of the project, such as `api/main.ts`, or a path of its own. */
  script: string
  port: number
  environment: Record<string, string>
}): Promise<ChildProcess> {
  const { home, name, script, port, environment } = options
  const child = await startChildProcess({
    home,
    name,
    command: process.execPath,
    args: [resolve(project, script)],
    cwd: project,
    env: environment,
  })
  try {
    const trouble = await Promise.race([whyNotReady(port, child), child.ended.then((how) => `ended with ${how}`)])
    if (trouble) throw new Error(`${name} ${trouble}. The end of its log (${child.logFile}):\n${child.lastLines()}`)
    return child
  } catch (error) {
    await child.stop(0)
    throw error
  }
}

async function whyNotReady(port: number, child: ChildProcess): Promise<string | null> {
  let trouble = 'does not answer'
  for (const deadline = Date.now() + readyWithinMs; child.isRunning() && Date.now() < deadline; await sleep(50)) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(5_000) })
      const body = await response.text()
      if (response.ok) return null
      trouble = `is not ready: ${body.slice(0, 300)}`
    } catch {
      // not listening yet
    }
  }
  return trouble
}
