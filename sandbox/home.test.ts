import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHome, requireDiskSpace } from './home.ts'
import { keepSecrets } from './secrets.ts'

let directory: string
const say = () => {}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ironvoice-home-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('the home folder', () => {
  it('is one run\'s at a time, and says whose', async () => {
    const home = await openHome(directory, say)

    await expect(openHome(directory, say)).rejects.toThrow(`running already in ${directory} (process ${process.pid})`)

    home.release()
    ;(await openHome(directory, say)).release()
  })

  it('is free at once after its run was killed, whoever has that run\'s pid by now', async () => {
    const script = `import { openHome } from '${new URL('./home.ts', import.meta.url).href}'
      await openHome(${JSON.stringify(directory)}, () => {})
      console.log('open')
      setInterval(() => {}, 1e6)`
    const run = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(run.stdout, 'data')
    await expect(openHome(directory, say)).rejects.toThrow(`(process ${run.pid})`)

    run.kill('SIGKILL')
    await once(run, 'exit')
    expect(existsSync(join(directory, 'lock'))).toBe(true)
    writeFileSync(join(directory, 'pid'), String(process.ppid))

    ;(await openHome(directory, say)).release()
  })

  it('is nobody else\'s to list or read', async () => {
    const home = await openHome(directory, say)
    keepSecrets(directory)
    home.release()

    expect(statSync(directory).mode & 0o066).toBe(0)
    expect(statSync(join(directory, 'secrets.json')).mode & 0o777).toBe(0o600)
  })

  it('is refused, and left as it was, when the disk is as good as full', () => {
    expect(() => requireDiskSpace(directory, Number.MAX_SAFE_INTEGER)).toThrow(/The disk is full: \d+ MB free/)
  })
})

describe('the secrets of a sandbox', () => {
  it('are the same at every start, and new ones are added to those kept', () => {
    const first = keepSecrets(directory)
    expect(keepSecrets(directory)).toEqual(first)

    const { demoPassword, ...older } = first
    writeFileSync(join(directory, 'secrets.json'), JSON.stringify(older))
    expect(keepSecrets(directory)).toEqual({ ...first, demoPassword: expect.not.stringMatching(demoPassword) })
  })

  it('are never made anew over a damaged file, since what is stored could then not be read', () => {
    keepSecrets(directory)
    const damaged = readFileSync(join(directory, 'secrets.json'), 'utf8').slice(0, 40)
    writeFileSync(join(directory, 'secrets.json'), damaged)

    expect(() => keepSecrets(directory)).toThrow("can't be deciphered without it")
    expect(readFileSync(join(directory, 'secrets.json'), 'utf8')).toBe(damaged)
  })
})
