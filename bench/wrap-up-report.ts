import { cpus } from 'node:os'
import { decimal, table } from './table.ts'
import type { Batch, WrapUpFigures } from './wrapup.ts'

/** What `npm run bench:wrapup` measured, as Markdown. */
export function wrapUpReport({ noOp, batches, paced, wrapUps }: WrapUpFigures): string {
  const [one] = batches
  const row = ({ what, workers, perSecond, cpuMs }: Batch) => [
    what,
    String(workers),
    decimal(perSecond, 1),
    `${decimal(perSecond / one!.perSecond)} ×`,
    `${decimal(perSecond / noOp.perSecond, 3)} ×`,
    decimal((perSecond * Object.values(cpuMs).reduce((sum, ms) => sum + ms, 0)) / 1_000, 1),
    ...[cpuMs.temporal, cpuMs.postgres, cpuMs.workers, cpuMs.vendors, cpuMs.starter].map((ms) => decimal(ms, 1)),
  ]
  const head = ['all at once', 'workers', 'a second', 'of one worker', 'of nothing', `of ${cpus().length} cores busy`, 'CPU ms each: Temporal', 'PostgreSQL', 'workers', 'stand-ins', 'starter']
  return [
    table(head, [noOp, ...batches].map(row)),
    `One wrap-up, at ${decimal(paced.perSecond, 1)} a second and one worker, asked for to done: ` +
      `p50 ${decimal(paced.p50, 0)} ms, p95 ${decimal(paced.p95, 0)} ms, p99 ${decimal(paced.p99, 0)} ms.`,
    `Ledgers afterwards: ${wrapUps} calls, each wrapped up, metered, summed up and mailed once; each recording kept here and deleted there.`,
  ].join('\n\n')
}
