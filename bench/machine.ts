import { execFileSync } from 'node:child_process'
import { cpus, loadavg, totalmem } from 'node:os'

/** What the figures were measured on and of, as one line of Markdown each. */
export function describeRun(notes: readonly string[]): string {
  const [cpu] = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return [
    `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC, commit ${commit()}`,
    `${cpus().length} × ${cpu?.model.trim()}, ${memory}, ${process.platform} ${process.arch}, Node ${process.versions.node}`,
    `load of the machine before: ${loadavg()[0]!.toFixed(2)}`,
    ...notes,
  ]
    .map((line) => `- ${line}`)
    .join('\n')
}

function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    const isChanged = git('status', '--porcelain', '--', ':!bench') !== ''
    return git('rev-parse', '--short', 'HEAD') + (isChanged ? ' with changes' : '')
  } catch {
    return 'unknown'
  }
}
