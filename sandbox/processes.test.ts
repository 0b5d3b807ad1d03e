import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { startChildProcess } from './child-process.ts'
import { findFreePort } from './ports.ts'
import { startProcess } from './processes.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ironvoice-processes-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

async function start(source: string) {
  const file = join(home, 'main.ts')
  writeFileSync(file, source)
  const script = relative(join(import.meta.dirname, '..'), file)
  const port = await findFreePort()
  return startProcess({ home, name: 'api', script, port, environment: { PORT: String(port) } })
}

describe('a process', () => {
  it('is waited for until it is ready, and ends when asked, leaving no record', async () => {
    const api = await start(`
      import { createServer } from 'node:http'
      let asked = 0
      createServer((_, response) => response.writeHead((asked += 1) < 3 ? 503 : 200).end()).listen(Number(process.env.PORT))
      process.once('SIGTERM', () => process.exit(0))`)
    expect(readdirSync(join(home, 'pids'))).toEqual([`api.${api.pid}`])

    await api.stop()

    expect(await api.ended).toBe('exit code 0')
    expect(readdirSync(join(home, 'pids'))).toEqual([])
  })

  it('that dies while it starts is reported with the end of its log', async () => {
    await expect(start(`console.error('TWILIO_AUTH_TOKEN: required'); process.exit(3)`)).rejects.toThrow(
      /api ended with exit code 3\. The end of its log \(.*api\.log\):\nTWILIO_AUTH_TOKEN: required/,
    )
    expect(readdirSync(join(home, 'pids'))).toEqual([])
  })

  it('that can not be run at all is said to be so', async () => {
    await expect(startChildProcess({ home, name: 'go', command: join(home, 'nothing'), args: [] })).rejects.toThrow('ENOENT')
  })

  it('writes a log that never grows without bound over many starts', async () => {
    const log = join(home, 'logs', 'echo.log')
    mkdirSync(join(home, 'logs'))
    writeFileSync(log, '')
    truncateSync(log, 6 * 1024 * 1024)
    const echo = await startChildProcess({ home, name: 'echo', command: process.execPath, args: ['-p', '"again"'] })
    await echo.ended
    expect(readFileSync(log, 'utf8')).toBe('again\n')
    expect(readdirSync(join(home, 'logs')).toSorted()).toEqual(['echo.log', 'echo.log.1'])
  })
})
