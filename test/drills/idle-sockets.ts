import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { signRequest } from '../../sandbox/twilio/signature.ts'
import { gatherCrowd, upgradeRequest, type Crowd } from '../kit/crowd.ts'
import { isAnswered, ringUp, type Caller } from './callers.ts'
import { eventually, type Drill } from './drill.ts'
import { startHouse, twilioAccount } from './house.ts'

const fewFiles = 300
/** The allocators keep about 140 MiB of a crowd's memory for the next one (flat from the fifth to the fifteenth). */
const maxGrowthMiB = 200
const maxFilesMore = 20

/** Ten thousand sockets that do nothing, before and after the upgrade; then more than the process has files for. Calls come and go on. */
export const idleSockets: Drill = async ({ size, say }) => {
  const house = await startHouse()
  const relayPort = Number(new URL(house.facts.relayUrl).port)
  const url = `wss://127.0.0.1:${relayPort}/voice`
  const handshake = upgradeRequest('/voice', { 'X-Twilio-Signature': signRequest(twilioAccount.authToken, url, {}) })
  const count = size === 'small' ? 3_000 : 10_000
  const crowds: Crowd[] = []
  let callers = 0

  async function metrics(): Promise<Record<string, number>> {
    const text = await fetch(`http://127.0.0.1:${relayPort}/metrics`).then((response) => response.text())
    const lines = text.split('\n').filter((line) => line && !line.startsWith('#'))
    return Object.fromEntries(lines.map((line) => [line.replace(/,?process="\w+"| [^ ]*$/g, ''), Number(line.slice(line.lastIndexOf(' ')))]))
  }
  async function footprint() {
    const { 'process_resident_memory_bytes{}': bytes, 'process_open_fds{}': files } = await metrics()
    return { residentMiB: Math.round(bytes! / 2 ** 20), files: files! }
  }
  async function requireAnswer(caller: Caller, when: string) {
    if (!isAnswered(await caller.say('Are you open on Saturdays?'))) throw new Error(`no answer ${when}`)
  }
  async function answered(when: string): Promise<Caller> {
    let caller: Caller | undefined
    await eventually(`a new call is answered ${when}`, async () => {
      caller = await ringUp(house, (callers += 1))
      await requireAnswer(caller, when)
      return true
    })
    return caller!
  }
  async function whileCrowded(what: string, opening: string, mayRing: boolean) {
    const talking = await answered(`before ${what}`)
    const crowd = await gatherCrowd(relayPort, count, opening)
    crowds.push(crowd)
    await requireAnswer(talking, `among ${what}`)
    if (mayRing) {
      // A relay that has its hands full says so, and the call is taken care of elsewhere.
      const newcomer = await ringUp(house, (callers += 1))
      await newcomer.insist('Are you open on Saturdays?')
      if (!newcomer.turns.some(isAnswered) && !newcomer.hasHadFallback()) throw new Error(`a new call was lost among ${what}`)
      if (!newcomer.isOver()) await newcomer.hangUp()
    }
    say(`${what}: ${crowd.open()} of ${count} are left, told ${JSON.stringify(crowd.told())}`)
    await eventually(`the relay lets go of ${what}`, () => crowd.open() === 0)
    if (crowd.told().none) throw new Error(`${crowd.told().none} of ${what} were ended without a word`)
    await requireAnswer(talking, `after ${what}`)
    await talking.hangUp()
    say(`${what}: told ${JSON.stringify(crowd.told())}, then ${JSON.stringify(await footprint())}`)
  }

  try {
    await (await ringUp(house, 0)).hangUp()
    const before = await footprint()
    say(JSON.stringify(before))
    await whileCrowded('sockets without a request', '', true)
    await whileCrowded('sockets without a set-up', handshake, false)
    await whileCrowded('heads without an end', handshake.slice(0, -4), true)
    await whileCrowded('sockets without a request, again', '', true)
    const after = await footprint()
    if (after.residentMiB - before.residentMiB > maxGrowthMiB) throw new Error('memory was not given back')
    if (after.files - before.files > maxFilesMore) throw new Error('files were not given back')
    await withFewFiles()
    if (house.restarts('relay') > 0) throw new Error('the relay ended')
  } finally {
    for (const crowd of crowds) await crowd.leave()
    await house.stop()
  }

  /** No file is left for a connection: the kernel's queue and libuv drop it, the process neither ends nor spins. */
  async function withFewFiles() {
    const pid = String(house.facts.pids.relay)
    const talking = await answered('before files are few')
    await promisify(execFile)('prlimit', ['--pid', pid, `--nofile=${fewFiles}:${fewFiles}`])
    const crowd = await gatherCrowd(relayPort, 2 * fewFiles)
    crowds.push(crowd)
    const spentBefore = await cpuSeconds(pid)
    await wait(1_000)
    const spent = (await cpuSeconds(pid)) - spentBefore
    say(`files for ${fewFiles}: ${crowd.open()} of ${2 * fewFiles} are left, ${spent} s of CPU in a second`)
    if (spent > 0.5) throw new Error('the relay spins for want of files')
    await requireAnswer(talking, 'while files are few')
    await crowd.leave()
    await (await answered('after files were few')).hangUp()
    await talking.hangUp()
  }
}

/** User and system time of a process so far; Linux counts it in hundredths of a second. */
async function cpuSeconds(pid: string): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
