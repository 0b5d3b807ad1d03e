import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildTemporal } from './build-temporal.ts'
import { downloadTemporal } from './download-temporal.ts'
import { findOnPath } from './find-on-path.ts'
import { waitForLock } from './lock.ts'
import type { TemporalSource } from './temporal-source.ts'

export interface FindTemporalOptions {
  home: string
  say?: (line: string) => void
  environment?: NodeJS.ProcessEnv
  /** How to come by a server that isn't on this machine yet, in the order of trying. */
  sources?: Record<string, TemporalSource>
}

const programName = process.platform === 'win32' ? 'temporal.exe' : 'temporal'

/** Older servers lack what our workflows and schedules use. */
const oldestServer = [1, 27]

/**
 * The Temporal CLI's program: `temporal` on the PATH, the one kept in `home` from last time, the official download, or one
 * built by Go, whichever works first. What is fetched or built is kept in `home`, under its name only when it is whole and runs.
 * @throws Error that says what was tried and what helps.
 */
export async function findTemporalServer(options: FindTemporalOptions): Promise<string> {
  const { home, say = () => {}, environment = process.env } = options
  const sources = options.sources ?? { 'official download': downloadTemporal, 'go install': buildTemporal }
  const tried: string[] = []
  const onPath = findOnPath(programName, environment.PATH ?? '')
  if (onPath) {
    const trouble = await whyUnusable(onPath)
    if (!trouble) return onPath
    tried.push(`${onPath}: ${trouble}`)
  } else {
    tried.push('temporal on the PATH: not there')
  }

  const directory = join(home, 'bin')
  const kept = join(directory, programName)
  if (existsSync(kept) && !(await whyUnusable(kept))) return kept
  const lock = await waitForLock(join(directory, 'lock'), () => say('waiting for another start that is fetching Temporal'))
  try {
    if (existsSync(kept)) {
      const trouble = await whyUnusable(kept)
      if (!trouble) return kept
      say(`the Temporal server kept from last time does not run (${trouble}); getting it again`)
      rmSync(kept)
    }
    for (const name of readdirSync(directory)) {
      if (name.startsWith('half-made')) rmSync(join(directory, name), { recursive: true, force: true })
    }
    for (const [name, source] of Object.entries(sources)) {
      const halfMade = join(directory, `half-made-${process.pid}`)
      mkdirSync(halfMade)
      try {
        await source({ directory: halfMade, home, say, environment })
        const trouble = await whyUnusable(join(halfMade, programName))
        if (trouble) throw new Error(trouble)
        renameSync(join(halfMade, programName), kept)
        return kept
      } catch (error) {
        tried.push(`${name}: ${(error as Error).message}`)
        say(`Temporal by ${name}: ${(error as Error).message.split('\n')[0]}`)
      } finally {
        rmSync(halfMade, { recursive: true, force: true })
      }
    }
  } finally {
    lock.release()
  }
  throw new Error(`No Temporal server is to be had on this machine. Tried:
${tried.map((line) => `  - ${line.replaceAll('\n', '\n    ')}`).join('\n')}
Any one of these helps; then start again:
  - install the Temporal CLI (https://docs.temporal.io/cli), so that \`temporal\` is on the PATH
  - install Go (https://go.dev/dl): the server is then built once, in about 3 minutes
  - set TEMPORAL_ADDRESS to the host:port of a server that runs elsewhere`)
}

/** Runs it: a truncated program dies of that, since its data come last. */
async function whyUnusable(executable: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(executable, ['--version'], { timeout: 20_000, killSignal: 'SIGKILL' })
    const [, major, minor] = /Server (\d+)\.(\d+)/.exec(stdout) ?? []
    if (!major) return `it does not say its version: ${stdout.slice(0, 200).trim()}`
    const isOld = Number(major) < oldestServer[0]! || (Number(major) === oldestServer[0] && Number(minor) < oldestServer[1]!)
    return isOld ? `its server is ${major}.${minor}; ${oldestServer.join('.')} or newer is needed` : null
  } catch (error) {
    const { code, signal, message } = error as Error & { code?: unknown; signal?: string }
    return `it does not run (${signal ?? code ?? message})`
  }
}
