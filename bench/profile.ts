import type { Profiler } from 'node:inspector'
import { decimal, table } from './table.ts'

const topFunctions = 30
const leastShare = 0.003

interface Frame {
  name: string
  file: string
}

/** Where the CPU time of a turn (`cpuMsPerTurn`) goes, as Markdown: by part of the program, and by function. */
export function profileReport(profile: Profiler.Profile, cpuMsPerTurn: number): string {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const micros = new Map<number, number>()
  for (const [at, id] of (profile.samples ?? []).entries()) micros.set(id, (micros.get(id) ?? 0) + profile.timeDeltas![at]!)

  const frameOf = (id: number): Frame => {
    const { functionName, url, lineNumber } = nodes.get(id)!.callFrame
    return { name: `${functionName || '(anonymous)'}${url && !url.startsWith('node:') ? `:${lineNumber + 1}` : ''}`, file: fileOf(url) }
  }
  /** Node's own and native code counts to whoever called it; else to itself. */
  const ownerOf = (id: number): string => {
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const part = partOf(frameOf(at).file)
      if (part) return part
    }
    const outermost = [...ancestors(id)].findLast((at) => frameOf(at).file !== '')
    return outermost === undefined ? nodes.get(id)!.callFrame.functionName : `node: ${frameOf(outermost).file}`
  }
  function* ancestors(id: number) {
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) yield at
  }

  const parts = new Map<string, { own: number; all: number }>()
  const functions = new Map<string, number>()
  for (const [id, spent] of micros) {
    const frame = frameOf(id)
    if (frame.name === '(idle)') continue
    const owner = ownerOf(id)
    if (owner.startsWith('bench/')) continue
    const part = parts.get(owner) ?? { own: 0, all: 0 }
    part.all += spent
    if (partOf(frame.file) === owner) part.own += spent
    parts.set(owner, part)
    const key = `${frame.name} ${frame.file}`.trim()
    functions.set(key, (functions.get(key) ?? 0) + spent)
  }
  const total = [...parts.values()].reduce((sum, { all }) => sum + all, 0)
  // Samples are of the wall clock: other processes' time on the core is in them, in proportion.
  const perTurn = (spent: number) => decimal((spent / total) * cpuMsPerTurn * 1_000, 1)
  const share = (spent: number) => `${decimal((spent / total) * 100, 1)} %`
  const largest = [...parts].sort(([, a], [, b]) => b.all - a.all).filter(([, { all }]) => all / total > leastShare)
  const top = [...functions].sort(([, a], [, b]) => b - a).slice(0, topFunctions)
  return [
    `${perTurn(total)} µs of CPU a turn while being profiled.`,
    table(
      ['part, with what it calls in Node and V8', 'µs a turn', 'share', 'in its own code'],
      largest.map(([name, { own, all }]) => [name, perTurn(all), share(all), perTurn(own)]),
    ),
    table(['function (self time)', 'µs a turn', 'share'], top.map(([name, spent]) => [name, perTurn(spent), share(spent)])),
  ].join('\n\n')
}

function fileOf(url: string): string {
  return url.replace(/^.*\/node_modules\//, '').replace(/^file:\/\/.*?\/(?=(?:bench|db|domain|providers|receptionist|relay|test)\/)/, '')
}

/** The file of ours, or the package, that a file belongs to; null for Node's own. */
function partOf(file: string): string | null {
  if (file === '' || file.startsWith('node:')) return null
  if (/^(?:bench|db|domain|providers|receptionist|relay|test)\//.test(file)) return file
  return file.split('/').slice(0, file.startsWith('@') ? 2 : 1).join('/')
}
