/**
 * `npm run drills -- --seeds N [--from SEED] [--only F2,F6] [--small]`: each fault drill with N seeds, for as long as one likes.
 * `--small`: as within `npm test`. A seed that failed is repeated by `--seeds 1 --from SEED --only DRILL`.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startTestServers } from '../kit/servers.ts'
import { drills } from './catalogue.ts'
import { createDice } from './dice.ts'

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '1' }, from: { type: 'string', default: '1' }, only: { type: 'string' }, small: { type: 'boolean' } },
})
const write = (line: string) => void process.stdout.write(`${line}\n`)
const chosen = values.only?.split(',') ?? Object.keys(drills)
const unknown = chosen.filter((name) => !drills[name])
if (unknown.length) throw new Error(`there is no drill ${unknown.join(', ')}; there are ${Object.keys(drills).join(', ')}`)

const failed: string[] = []
let isToStop = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // More than once, where npm and a terminal both pass it on.
  process.on(signal, () => {
    if (isToStop) return
    isToStop = true
    write('ends after this drill, so that nothing is left running')
  })
}
const servers = await startTestServers(resolve(process.env.IRONVOICE_HOME ?? '.ironvoice'), write)
Object.assign(process.env, servers.variables)
try {
  for (let seed = Number(values.from); seed < Number(values.from) + Number(values.seeds); seed += 1) {
    for (const name of chosen) {
      if (isToStop) break
      const say = (line: string) => write(`${name} seed ${seed}: ${line}`)
      const startedAtMs = Date.now()
      try {
        await drills[name]!({ dice: createDice(seed, say), size: values.small ? 'small' : 'full', say })
        say(`passed in ${Math.round((Date.now() - startedAtMs) / 1_000)} s`)
      } catch (error) {
        failed.push(`${name} seed ${seed}`)
        say(`FAILED: ${(error as Error).stack}`)
      }
    }
  }
} finally {
  await servers.stop()
}
write(failed.length ? `failed: ${failed.join(', ')}` : 'all passed')
process.exit(failed.length ? 1 : 0)
