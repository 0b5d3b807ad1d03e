import { setTimeout as wait } from 'node:timers/promises'
import { isAnswered, questions, ringUp, type Caller } from './callers.ts'
import { requireEqualLedgers } from './compare-ledgers.ts'
import { eventually, type Drill } from './drill.ts'
import { startHouse, type House } from './house.ts'
import { startOwnPostgres, startOwnTemporal } from './own-servers.ts'
import { mountSmallDisk, type SmallDisk } from './small-disk.ts'

/** F9: the database's disk is full, or ours – Temporal's file, the logs – or both: nothing acknowledged is lost, and all goes on when there is room. */
export const diskFull: Drill = async (deps) => {
  const theirs = await mountSmallDisk(320).catch((error: Error) => {
    deps.say(`SKIPPED: no disk can be mounted here that is small enough to be filled (${error.message.trim().split('\n').at(-1)})`)
  })
  if (!theirs) return
  let ours: SmallDisk | undefined
  try {
    ours = await mountSmallDisk(128)
    const postgres = await startOwnPostgres(theirs.path)
    try {
      const temporal = await startOwnTemporal(ours.path)
      try {
        const house = await startHouse({ parent: ours.path, database: postgres, temporal })
        try {
          await drill(deps, { house, postgres, theirs, ours })
        } finally {
          await Promise.all([theirs, ours].map((disk) => disk.free()))
          await house.stop()
        }
      } finally {
        await temporal.stop()
      }
    } finally {
      if (!postgres.isRunning()) await postgres.startAgain()
      await postgres.stop()
    }
  } finally {
    await ours?.remove()
    await theirs.remove()
  }
}

interface Scene {
  house: House
  postgres: Awaited<ReturnType<typeof startOwnPostgres>>
  theirs: SmallDisk
  ours: SmallDisk
}

async function drill({ dice, size, say }: Parameters<Drill>[0], { house, postgres, theirs, ours }: Scene): Promise<void> {
  const full = size === 'small' ? 'both' : dice.pick('full', ['the database’s', 'ours', 'both'] as const)
  let nth = 0
  const ring = (waitFor?: 'answer') => ringUp(house, nth++, { waitFor })
  const callers: Caller[] = await Promise.all(Array.from({ length: size === 'small' ? 2 : 8 }, () => ring()))
  const order = dice.shuffle(questions)
  let isToStop = false
  const talking = callers.map(async (caller, at) => {
    for (let next = at; !isToStop; next += 1) await caller.insist(order[next % order.length]!)
  })
  await eventually('every call talks', () => callers.every(({ turns }) => turns.length > 0))
  await wait(dice.int('ms until it is full', 0, 1_000))
  if (full !== 'ours') await theirs.fill()
  if (full !== 'the database’s') await ours.fill()
  const isLogAway = full !== 'ours' && dice.pick('the database needs room', ['for its rows', 'for its log']) === 'for its log'
  if (isLogAway) await house.query('select pg_logical_emit_message(true, $1, repeat($2, 20000000))', ['drill', 'x']).catch((error: Error) => say(error.message))
  if (full !== 'ours') await eventually('the relay says that it is not ready', async () => (await readiness(house, 'relay')) === 503)

  const late = await ring('answer')
  await eventually('a new call gets an answer or the fallback', async () => late.hasHadFallback() || isAnswered(await late.say('Are you open on Saturdays?')))
  const leaving = [...callers.filter((_, at) => at % 2), late]
  isToStop = true
  await Promise.all(talking)
  const dropped = callers.filter((caller) => caller.isOver() || caller.events.some(({ type }) => type === 'reconnect' || type === 'session-end'))
  if (dropped.length) throw new Error(`${dropped.length} live calls did not go on`)
  await Promise.all(leaving.map((caller) => caller.isOver() || caller.hangUp()))
  await wait(dice.int('ms that it stays full', 0, size === 'small' ? 1_000 : 30_000))
  say(`PostgreSQL ${postgres.isRunning() ? 'runs' : 'has ended'}`)

  await Promise.all([theirs.free(), ours.free()])
  const freeAtMs = Date.now()
  // Whoever supervises it does so.
  if (!postgres.isRunning()) await postgres.startAgain()
  for (const name of ['api', 'relay', 'worker'] as const) await house.untilReady(name)
  say(`ready ${Date.now() - freeAtMs} ms after there was room`)
  const restarted = house.said.filter((line) => line.includes('started again'))
  if (restarted.length) throw new Error(`a full disk ended processes of ours: ${restarted.join(', ')}`)
  await Promise.all(callers.map((caller) => caller.isOver() || caller.insist('And where can I park?').then(() => caller.hangUp())))
  await requireEqualLedgers(house, { callers: [...callers, late], isModelAskedAgain: true, mayBeUnknown: true })
  say(`all wrapped up ${Date.now() - freeAtMs} ms after there was room`)
}

async function readiness({ facts }: House, name: 'relay' | 'api'): Promise<number> {
  const url = name === 'api' ? facts.apiUrl : facts.relayUrl.replace(/^ws/, 'http')
  const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) })
  await response.text()
  return response.status
}
