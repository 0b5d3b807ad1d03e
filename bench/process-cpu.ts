import { readdirSync, readFileSync } from 'node:fs'

/** proc_pid_stat(5) counts in these everywhere but on Alpha. */
const msPerTick = 10

/** CPU time of processes and all their descendants so far, milliseconds; NaN where there is no /proc. */
export function cpuMsOf(...pids: number[]): number {
  try {
    const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? statOf(Number(name)) : []))
    const withChildren = (pid: number): number =>
      all.reduce((sum, stat) => sum + (stat.pid === pid ? stat.cpuMs : stat.parent === pid ? withChildren(stat.pid) : 0), 0)
    return pids.reduce((sum, pid) => sum + withChildren(pid), 0)
  } catch {
    return Number.NaN
  }
}

function statOf(pid: number): { pid: number; parent: number; cpuMs: number }[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number)
    const [user, system, ofEndedUser, ofEndedSystem] = fields.slice(11, 15) as [number, number, number, number]
    return [{ pid, parent: fields[1]!, cpuMs: (user + system + ofEndedUser + ofEndedSystem) * msPerTick }]
  } catch {
    return []
  }
}
