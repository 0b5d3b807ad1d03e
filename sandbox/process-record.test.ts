import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endLeftOvers, recordProcess } from './process-record.ts'

let home: string
const started: ChildProcess[] = []

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ironvoice-record-'))
})
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
  rmSync(home, { recursive: true, force: true })
})

const recordModule = new URL('./process-record.ts', import.meta.url).href

/** A run that starts and records a child, says the child's pid, and is killed with nothing put in order. */
async function killRunWithChild(childScript = 'setInterval(() => {}, 1e6)'): Promise<number> {
  const script = `
    import { spawn } from 'node:child_process'
    import { recordProcess } from '${recordModule}'
    const child = spawn(process.execPath, ['-e', ${JSON.stringify(childScript)}], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
    child.stdout.once('data', () => {
      recordProcess(${JSON.stringify(home)}, 'child', child.pid)
      console.log(child.pid)
    })
    setInterval(() => {}, 1e6)`
  const run = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  started.push(run)
  const [pid] = await once(run.stdout!, 'data')
  run.kill('SIGKILL')
  await once(run, 'exit')
  return Number(pid)
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const sayAndStay = 'console.log(1); setInterval(() => {}, 1e6)'
const sayAndIgnoreTerm = `process.on('SIGTERM', () => {}); ${sayAndStay}`

describe('what a killed run left running', () => {
  it('is ended by the next run, even when it ignores the polite way', async () => {
    const pids = [await killRunWithChild(sayAndStay), await killRunWithChild(sayAndIgnoreTerm)]
    expect(pids.map(isAlive)).toEqual([true, true])

    expect(await endLeftOvers(home, 300)).toEqual(['child', 'child'])

    expect(readdirSync(join(home, 'pids'))).toEqual([])
    expect(await endLeftOvers(home)).toEqual([])
  })

  it('is not taken for a stranger that has its pid by now', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'])
    started.push(stranger)
    await once(stranger, 'spawn')
    const gone = { pid: 2 ** 22, identity: 'gone' }
    const record = { name: 'child', pid: stranger.pid, identity: 'began at another time', signal: 'SIGKILL', parent: gone }
    recordProcess(home, 'dummy', process.pid)()
    writeFileSync(join(home, 'pids', `child.${stranger.pid}`), JSON.stringify(record))

    expect(await endLeftOvers(home)).toEqual([])

    expect(isAlive(stranger.pid!)).toBe(true)
    expect(readdirSync(join(home, 'pids'))).toEqual([])
  })

  it('is not what a run that is alive has started', async () => {
    const mine = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'])
    started.push(mine)
    await once(mine, 'spawn')
    const forget = recordProcess(home, 'mine', mine.pid!)

    expect(await endLeftOvers(home)).toEqual([])

    expect(isAlive(mine.pid!)).toBe(true)
    forget()
    expect(readdirSync(join(home, 'pids'))).toEqual([])
  })

  it('is no obstacle where its record was written half', async () => {
    recordProcess(home, 'dummy', process.pid)()
    writeFileSync(join(home, 'pids', 'api.123'), '{"pid":')

    expect(await endLeftOvers(home)).toEqual([])
    expect(readdirSync(join(home, 'pids'))).toEqual([])
  })
})
