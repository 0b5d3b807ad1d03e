import { execFile } from 'node:child_process'
import { cpus } from 'node:os'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Cores {
  /** As `taskset -c` takes it; null where nothing can be bound. */
  subject: string | null
  /** What is measured has a core for itself. */
  note: string
}

/** Keeps the first core for what is measured, and moves this process, and with it whatever it starts, to the others. */
export async function splitCores(): Promise<Cores> {
  try {
    const { stdout } = await run('taskset', ['-pc', String(process.pid)])
    const [first, ...others] = listed(stdout.slice(stdout.lastIndexOf(':') + 1))
    if (others.length === 0) return { subject: null, note: 'one core for everything: figures hold the load’s own work too' }
    await run('taskset', ['-apc', others.join(','), String(process.pid)])
    return { subject: String(first), note: `measured process alone on core ${first}; load, model and PostgreSQL on ${others.join(', ')}` }
  } catch {
    return { subject: null, note: 'no taskset here: the measured process shares its cores with the load' }
  }
}

/** `0-2,5` as numbers. */
function listed(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [from = 0, to = from] = part.split('-').map(Number)
    return Array.from({ length: to - from + 1 }, (_, at) => from + at)
  })
}

/** Starts to watch how busy each core is; the result tells the share of time since then, 0 to 1. */
export function watchCores(): () => number[] {
  const before = cpus()
  return () =>
    cpus().map(({ times }, core) => {
      const spent = (kind: keyof typeof times) => times[kind] - (before[core]?.times[kind] ?? 0)
      const total = (Object.keys(times) as (keyof typeof times)[]).reduce((sum, kind) => sum + spent(kind), 0)
      return 1 - spent('idle') / (total || 1)
    })
}
