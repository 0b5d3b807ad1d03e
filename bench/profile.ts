import type { Profiler } from 'node:inspector'
import { partOfTurn } from './profile-parts.ts'
import { decimal, table } from './table.ts'

const topFunctions = 25
/** What Node hands to the system; the reads are in the event loop's own time. */
const systemCall = /^(?:writev|writeBuffer|writeUtf8String|writeLatin1String|writeAsciiString|shutdown|connect)$/

interface Frame {
  name: string
  file: string
}
export interface Profiled {
  profile: Profiler.Profile
  cpuMsPerTurn: number
}

/** Where the CPU time of a turn goes, as Markdown: by part of the turn beside the pipe's, by file or package, and by function. */
export function profileReport(relay: Profiled, pipe: Profiled): string {
  const { owners, functions, calls } = shares(relay)
  const pipeOwners = shares(pipe).owners
  const byPart = (all: Map<string, number>) => {
    const parts = new Map<string, number>()
    for (const [owner, micros] of all) add(parts, partOfTurn(owner), micros)
    return parts
  }
  const [parts, callParts, pipeParts] = [owners, calls, pipeOwners].map(byPart) as [Map<string, number>, Map<string, number>, Map<string, number>]
  const names = [...new Set([...parts.keys(), ...pipeParts.keys()])]
  const largest = (all: Map<string, number>) => [...all].sort(([, a], [, b]) => b - a).slice(0, topFunctions)
  const cell = (micros: number | undefined) => (micros === undefined ? '' : decimal(micros, 1))
  const total = ['all', relay, pipe].map((of) => (typeof of === 'string' ? of : decimal(of.cpuMsPerTurn * 1_000, 1)))
  return [
    'CPU a turn at saturation, while being profiled, microseconds',
    table(
      ['part, with what it calls in Node and V8', 'relay', 'of it, writes handed to the system', 'pipe'],
      [
        ...names.sort((a, b) => (parts.get(b) ?? 0) - (parts.get(a) ?? 0)).map((name) => [name, cell(parts.get(name)), cell(callParts.get(name)), cell(pipeParts.get(name))]),
        [total[0]!, total[1]!, cell([...callParts.values()].reduce((sum, micros) => sum + micros, 0)), total[2]!],
      ],
    ),
    table(['file or package, with what it calls in Node and V8', 'µs a turn'], largest(owners).map(([name, micros]) => [name, cell(micros)])),
    table(['function, by itself', 'µs a turn'], largest(functions).map(([name, micros]) => [name, cell(micros)])),
  ].join('\n\n')
}

/** Microseconds of a turn by whom they count to, by function, and of the system's calls by whom they count to. */
function shares({ profile, cpuMsPerTurn }: Profiled) {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const frameOf = (id: number): Frame => {
    const { functionName, url, lineNumber } = nodes.get(id)!.callFrame
    return { name: `${functionName || '(anonymous)'}${url && !url.startsWith('node:') ? `:${lineNumber + 1}` : ''}`, file: fileOf(url) }
  }
  /** Node's own and native code counts to whoever called it; else to itself. */
  const ownerOf = (id: number): string => {
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const owner = ownerOfFile(frameOf(at).file)
      if (owner) return owner
    }
    const outermost = [...ancestors(id)].findLast((at) => frameOf(at).file !== '')
    return outermost === undefined ? nodes.get(id)!.callFrame.functionName : `node: ${frameOf(outermost).file}`
  }
  function* ancestors(id: number) {
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) yield at
  }

  const [owners, functions, calls] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()]
  let total = 0
  for (const [at, id] of (profile.samples ?? []).entries()) {
    const { name, file } = frameOf(id)
    const owner = ownerOf(id)
    if (name === '(idle)' || owner.startsWith('bench/probe')) continue
    const micros = profile.timeDeltas![at]!
    total += micros
    add(owners, owner, micros)
    add(functions, `${name} ${file}`.trim(), micros)
    if (systemCall.test(name)) add(calls, owner, micros)
  }
  // Samples are of the wall clock: other processes' time on the core is in them, in proportion.
  const scale = (cpuMsPerTurn * 1_000) / total
  for (const all of [owners, functions, calls]) for (const [key, micros] of all) all.set(key, micros * scale)
  return { owners, functions, calls }
}

function add(all: Map<string, number>, key: string, micros: number): void {
  all.set(key, (all.get(key) ?? 0) + micros)
}

function fileOf(url: string): string {
  return url.replace(/^.*\/node_modules\//, '').replace(/^file:\/\/.*?\/(?=(?:bench|db|domain|providers|receptionist|relay|test)\/)/, '')
}

/** The file of ours, or the package, that a file belongs to; null for Node's own. */
function ownerOfFile(file: string): string | null {
  if (file === '' || file.startsWith('node:')) return null
  if (/^(?:bench|db|domain|providers|receptionist|relay|test)\//.test(file)) return file
  return file.split('/').slice(0, file.startsWith('@') ? 2 : 1).join('/')
}
