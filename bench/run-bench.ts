import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Bench {
  say(line: string): void
  /** For whatever is written meanwhile; gone afterwards. */
  directory: string
  /** What ends that which was started, last first. */
  stops: (() => Promise<unknown>)[]
  /** What comes of `measuring`, unless the benchmark is interrupted or takes too long: then it rejects. What is only half started could not be ended, so starting isn't broken off. */
  orOver<Result>(measuring: Promise<Result>): Promise<Result>
}

/** Runs a benchmark and ends the process: what was started is ended whatever happens, also when interrupted, or when it takes too long. */
export async function runBench(name: string, withinMs: number, run: (bench: Bench) => Promise<void>): Promise<never> {
  const over = Promise.withResolvers<never>()
  const giveUp = (why: string) => over.reject(new Error(why))
  over.promise.catch(() => {})
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => giveUp('interrupted'))
  process.once('disconnect', () => giveUp('interrupted'))
  setTimeout(() => giveUp(`not done within ${withinMs / 60_000} minutes`), withinMs)

  const say = (line: string) => void process.stderr.write(`${name}: ${line}\n`)
  const directory = await mkdtemp(join(tmpdir(), `ironvoice-${name.replace(':', '-')}-`))
  // As root, PostgreSQL runs as a user of its own, which must get through.
  await chmod(directory, 0o711)
  const stops = [() => rm(directory, { recursive: true, force: true })]
  try {
    await run({ say, directory, stops, orOver: (measuring) => Promise.race([measuring, over.promise]) })
  } catch (error) {
    say((error as Error).message)
    process.exitCode = 1
  } finally {
    for (const stop of stops) await stop()
  }
  return process.exit()
}
