import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { choosePort, isFree, keepPorts } from './ports.ts'

const servers: Server[] = []
afterEach(() => servers.splice(0).forEach((server) => server.close()))

async function listen(port = 0, host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(port, host)
  servers.push(server)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

describe('the port of a process', () => {
  const said: string[] = []
  const options = { environment: {}, taken: [], say: (line: string) => void said.push(line) }

  it('is the next free one when the usual is in use, and that is said', async () => {
    const used = await listen()
    const port = await choosePort('PORT', used, options)

    expect(port).toBeGreaterThan(used)
    expect(await isFree(port)).toBe(true)
    expect(said).toEqual([`port ${used} is in use; using ${port} (PORT chooses another)`])
  })

  it('is in use also when somebody has it on every address', async () => {
    expect(await isFree(await listen(0, '0.0.0.0'))).toBe(false)
  })

  it('is none that another process of this run was given', async () => {
    const first = await choosePort('PORT', 20_000 + (process.pid % 20_000), options)
    expect(await choosePort('RELAY_PORT', first, { ...options, taken: [first] })).toBeGreaterThan(first)
  })

  it('is never another than its variable asks for', async () => {
    const used = await listen()
    const choose = (PORT: string) => choosePort('PORT', 3_000, { ...options, environment: { PORT } })

    await expect(choose(String(used))).rejects.toThrow(`Port ${used}, which PORT asks for, is in use`)
    await expect(choose('http')).rejects.toThrow('PORT is http, which is no port')
    await expect(choose('70000')).rejects.toThrow('which is no port')
  })
})

describe('a port that nobody knows by heart', () => {
  it('is that of last time, unless somebody has it meanwhile', async () => {
    const home = mkdtempSync(join(tmpdir(), 'ironvoice-ports-'))
    const first = await keepPorts(home, ['postgres', 'temporal'])
    expect(await keepPorts(home, ['postgres', 'temporal'])).toEqual(first)

    await listen(first.postgres)
    const second = await keepPorts(home, ['postgres', 'temporal'])
    expect(second.temporal).toBe(first.temporal)
    expect(second.postgres).not.toBe(first.postgres)

    writeFileSync(join(home, 'ports.json'), '{"postg')
    expect((await keepPorts(home, ['postgres'])).postgres).toBeGreaterThan(0)
    rmSync(home, { recursive: true })
  })
})
