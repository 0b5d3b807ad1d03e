import { setTimeout as sleep } from 'node:timers/promises'
import { startChildProcess } from './child-process.ts'
import { findOnPath } from './find-on-path.ts'
import type { TemporalSource } from './temporal-source.ts'

/** The last version that is a plain Go module; later ones carry a `replace`, which `go install` refuses. */
const module = 'github.com/temporalio/cli/cmd/temporal@v1.5.1'
const buildsWithinMs = 20 * 60_000
const progressEveryMs = 15_000

/** Builds the Temporal CLI by the machine's own Go. */
export const buildTemporal: TemporalSource = async ({ directory, home, say, environment }) => {
  const go = findOnPath(process.platform === 'win32' ? 'go.exe' : 'go', environment.PATH ?? '')
  if (!go) throw new Error('go is not on the PATH')
  say('building Temporal with Go, once; this takes about 3 minutes')
  const startedAtMs = Date.now()
  const build = await startChildProcess({
    home,
    name: 'temporal-build',
    command: go,
    args: ['install', '-v', '-ldflags=-s -w', module],
    env: { ...environment, GOBIN: directory },
  })
  try {
    let how: string | void
    while (!(how = await Promise.race([build.ended, sleep(progressEveryMs)]))) {
      const seconds = Math.round((Date.now() - startedAtMs) / 1_000)
      if (seconds * 1_000 > buildsWithinMs) throw new Error(`not built after ${seconds} s (${build.logFile})`)
      say(`building Temporal: ${countPackages(build.lastLines(Infinity))} packages so far, ${seconds} s`)
    }
    if (how !== 'exit code 0') throw new Error(`go ended with ${how} (${build.logFile}):\n${build.lastLines(4)}`)
  } finally {
    await build.stop()
  }
}

/** Go says one line a package that it compiles, and `go: downloading …` before. */
function countPackages(output: string): number {
  return output.split('\n').filter((line) => line && !line.startsWith('go: ')).length
}
