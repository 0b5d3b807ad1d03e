import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { replaceFile } from './replace-file.ts'

/** Below what the usual systems give to outgoing connections, which would take a port between our look and its use. */
const quietPorts = { from: 20_000, below: 32_768 }

/** A port that nothing listens on now: `preferred` where that is one, else any. */
export async function findFreePort(preferred?: number): Promise<number> {
  for (let port = preferred; ; port = randomInt(quietPorts.from, quietPorts.below)) {
    if (port && (await isFree(port))) return port
  }
}

/** True when a server could listen on `port`, on loopback and on every address. */
export async function isFree(port: number): Promise<boolean> {
  return listenOnce(port, '127.0.0.1').then(() => listenOnce(port)).then(() => true, () => false)
}

/**
 * The port for a process that people know by its port: the one that its variable names, else its usual one, else the next free.
 * `taken` are ports already given to others in this run.
 * @throws Error when the variable names one that is in use or is no port: a wish is not silently ignored.
 */
export async function choosePort(variable: string, usual: number, options: {
  environment: NodeJS.ProcessEnv
  taken: readonly number[]
  say: (line: string) => void
}): Promise<number> {
  const { environment, taken, say } = options
  const wished = environment[variable]
  if (wished) {
    const port = Number(wished)
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`${variable} is ${wished}, which is no port (1 to 65535).`)
    if (!(await isFree(port))) throw new Error(`Port ${port}, which ${variable} asks for, is in use. Free it or choose another.`)
    return port
  }
  for (let port = usual; port < usual + 200; port += 1) {
    if (taken.includes(port) || !(await isFree(port))) continue
    if (port !== usual) say(`port ${usual} is in use; using ${port} (${variable} chooses another)`)
    return port
  }
  return findFreePort()
}

/** Ports that nobody needs to know by heart, one a name: those of last time where they are still free. */
export async function keepPorts<Name extends string>(home: string, names: readonly Name[]): Promise<Record<Name, number>> {
  const path = join(home, 'ports.json')
  const kept = readKept(path)
  const ports = {} as Record<Name, number>
  for (const name of names) {
    let port = await findFreePort(kept[name])
    while (Object.values(ports).includes(port)) port = await findFreePort()
    ports[name] = port
  }
  replaceFile(path, JSON.stringify({ ...kept, ...ports }))
  return ports
}

/** Nothing is lost with it, so a damaged file is as good as none. */
function readKept(path: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>
  } catch {
    return {}
  }
}

function listenOnce(port: number, host?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, host, () => server.close(() => resolve()))
  })
}
