/**
 * `npm run bench:load [-- --minutes 10 --calls 500 --no-recordings --only endurance|overload]`: a production relay under calls that come and
 * go, their wrap-ups beside; then one with three times the calls that its core carries. A whole run writes its figures into RESULTS.md.
 */
import { parseArgs } from 'node:util'
import { splitCores } from './cores.ts'
import { describeRun } from './machine.ts'
import { measureEndurance } from './endurance-run.ts'
import { enduranceReport, overloadReport } from './endurance-report.ts'
import { measureOverload } from './overload.ts'
import { writeResults } from './results.ts'
import { runBench } from './run-bench.ts'
import { createWorld } from './world.ts'
import { startWrapUpHouse } from './wrap-up-house.ts'

const { values: flags } = parseArgs({
  allowNegative: true,
  options: {
    minutes: { type: 'string', default: '10' },
    calls: { type: 'string', default: '500' },
    only: { type: 'string' },
    recordings: { type: 'boolean', default: true },
  },
})
const minutes = Number(flags.minutes)
const besideMs = 13 * 60_000

await runBench('bench:load', minutes * 60_000 + besideMs, async (bench) => {
  const cores = await splitCores()
  bench.say('starting PostgreSQL, Temporal, a worker and the stand-ins')
  const world = await createWorld({ cores, ...bench })
  const note = cores.note.replace('PostgreSQL', 'PostgreSQL, Temporal, the worker')
  const parts = [describeRun([note])]
  if (flags.only !== 'overload') {
    const house = await startWrapUpHouse(world, bench)
    await house.startWorkers(1)
    parts.push(enduranceReport(await bench.orOver(measureEndurance(world, house, bench, { minutes, calls: Number(flags.calls), isRecorded: flags.recordings }))))
    await Promise.all([...house.workers, house.vendors].map((child) => child.end()))
  }
  if (flags.only !== 'endurance') parts.push(overloadReport(await bench.orOver(measureOverload(world, bench))))
  const text = parts.join('\n\n')
  process.stdout.write(`\n${text}\n`)
  if (!flags.only) writeResults('load', text)
})
