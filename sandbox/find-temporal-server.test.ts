import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { execFileSync } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { download } from './download-temporal.ts'
import { findTemporalServer } from './find-temporal-server.ts'
import type { TemporalSource } from './temporal-source.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ironvoice-temporal-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const program = (version: string) => `#!/bin/sh\necho "temporal version 1.5.1 (Server ${version}, UI 2.42.1)"\n`
const good = program('1.29.1')

function put(directory: string, text: string): string {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, 'temporal')
  writeFileSync(path, text)
  chmodSync(path, 0o755)
  return path
}

function find(sources: Record<string, TemporalSource>, path = '/usr/bin:/bin', said: string[] = []) {
  return findTemporalServer({ home, environment: { PATH: path }, sources, say: (line) => void said.push(line) })
}

const never: TemporalSource = () => Promise.reject(new Error('must not be asked'))
const making = (text: string): TemporalSource => async ({ directory }) => void put(directory, text)

describe('the Temporal server is', () => {
  it('the one on the PATH, before any other', async () => {
    const installed = put(join(home, 'installed'), good)
    put(join(home, 'bin'), good)
    expect(await find({ never }, `/nowhere:${join(home, 'installed')}:/usr/bin:/bin`)).toBe(installed)
  })

  it('not the one on the PATH when that is too old or broken', async () => {
    const kept = put(join(home, 'bin'), good)
    for (const useless of [program('1.24.2'), '#!/bin/sh\nexit 1\n', '\x7fELF']) {
      put(join(home, 'installed'), useless)
      expect(await find({ never }, `${join(home, 'installed')}:/usr/bin:/bin`)).toBe(kept)
    }
  })

  it('the one kept from last time, without asking anybody', async () => {
    const kept = await find({ source: making(good) })
    expect(await find({ never })).toBe(kept)
  })

  it('got again when the kept one is damaged', async () => {
    const kept = put(join(home, 'bin'), '\x7fELF half of a program')
    const said: string[] = []

    expect(await find({ source: making(good) }, undefined, said)).toBe(kept)

    expect(readFileSync(kept, 'utf8')).toBe(good)
    expect(said.join()).toContain('kept from last time does not run')
  })

  it('never one that a killed run left half-made, nor is that left lying about', async () => {
    put(join(home, 'bin', 'half-made-123'), good)
    const kept = await find({ source: making(good) })
    expect(kept).toBe(join(home, 'bin', 'temporal'))
    expect(readdirSync(join(home, 'bin')).toSorted()).toEqual(['lock', 'temporal'])
  })

  it('got once when two starts want it together', async () => {
    let asked = 0
    const source: TemporalSource = async (options) => {
      asked += 1
      await making(good)(options)
    }
    const [first, second] = await Promise.all([find({ source }), find({ source })])
    expect(first).toBe(second)
    expect(asked).toBe(1)
  })

  it('got from the next source when one fails or brings something that does not run', async () => {
    const failing: TemporalSource = () => Promise.reject(new Error('no network'))
    const kept = await find({ failing, broken: making('#!/bin/sh\nexit 3\n'), source: making(good) })
    expect(readFileSync(kept, 'utf8')).toBe(good)
  })

  it('said to be missing with all that was tried and what helps', async () => {
    const failing: TemporalSource = () => Promise.reject(new Error('no network'))
    await expect(find({ 'official download': failing })).rejects.toThrow(
      /temporal on the PATH: not there\n {2}- official download: no network\n.*helps[^]*TEMPORAL_ADDRESS/,
    )
    expect(readdirSync(join(home, 'bin'))).toEqual(['lock'])
  })
})

describe('the download', () => {
  async function serve(archive: (whole: Buffer) => { body: Buffer; length: number }) {
    put(join(home, 'origin'), good)
    const whole = execFileSync('tar', ['-czf', '-', '-C', join(home, 'origin'), 'temporal'])
    const server = createServer((request, response) => {
      if (request.url!.startsWith('/cli/default?')) {
        const archiveUrl = `http://${request.headers.host}/archive`
        return void response.end(JSON.stringify({ archiveUrl, fileToExtract: 'temporal' }))
      }
      const { body, length } = archive(whole)
      response.writeHead(200, { 'Content-Length': length })
      response.write(body, () => (body.length < length ? response.destroy() : response.end()))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const target = join(home, 'target')
    mkdirSync(target, { recursive: true })
    try {
      await download(`http://127.0.0.1:${port}`, target, () => {})
    } finally {
      server.close().closeAllConnections()
    }
    return readFileSync(join(target, 'temporal'), 'utf8')
  }

  it('brings the program out of the official archive', async () => {
    expect(await serve((body) => ({ body, length: body.length }))).toBe(good)
  })

  it('fails when it breaks off, and when what came is damaged', async () => {
    await expect(serve((body) => ({ body: body.subarray(0, 40), length: body.length }))).rejects.toThrow('broke off')
    await expect(serve((body) => ({ body: body.subarray(0, 40), length: 40 }))).rejects.toThrow('damaged')
  })

  it('says that its origin is not to be reached', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await once(server.close(), 'close')
    await expect(download(`http://127.0.0.1:${port}`, home, () => {})).rejects.toThrow('is not to be reached (ECONNREFUSED)')
  })
})
