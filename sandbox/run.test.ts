import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

let root: string

function writeLockfile(version: string) {
  const installed = { '': {}, 'node_modules/a': { version, integrity: `sha512-${version}` } }
  const packages = { ...installed, 'node_modules/for-another-system': { version: '1.0.0', optional: true } }
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }))
  writeFileSync(join(root, 'installed.json'), JSON.stringify({ packages: installed }))
}

/** Does what npm ci does as far as it matters here: all anew, its own copy of the lockfile last of all. */
const npm = `#!/bin/sh
echo "$@" >> npm-calls
if [ -n "$NPM_FAILS" ]; then echo "npm error code $NPM_FAILS" >&2; exit 1; fi
rm -rf node_modules && mkdir -p node_modules/a node_modules/.bin
echo '{}' > node_modules/a/package.json
printf '#!/bin/sh\\necho tool "$@"\\nexit 5\\n' > node_modules/.bin/tool && chmod +x node_modules/.bin/tool
if [ -n "$NPM_IS_KILLED" ]; then exit 0; fi
cp installed.json node_modules/.package-lock.json
`

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ironvoice-run-'))
  for (const directory of ['sandbox', 'path']) mkdirSync(join(root, directory))
  copyFileSync(new URL('./run.mjs', import.meta.url), join(root, 'sandbox', 'run.mjs'))
  writeLockfile('1.0.0')
  writeFileSync(join(root, 'path', 'npm'), npm)
  chmodSync(join(root, 'path', 'npm'), 0o755)
  writeFileSync(join(root, 'script.ts'), 'const answer: number = 7\nconsole.log("script", ...process.argv.slice(2))\nprocess.exit(answer)\n')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const environment = (variables: Record<string, string> = {}) => ({ PATH: `${join(root, 'path')}:/usr/bin:/bin`, ...variables })

function run(args: string[], variables?: Record<string, string>) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'sandbox', 'run.mjs'), ...args], {
    env: environment(variables),
    cwd: tmpdir(),
    encoding: 'utf8',
  })
  return { status, stdout: stdout.trim(), stderr }
}

const installs = () => (existsSync(join(root, 'npm-calls')) ? readFileSync(join(root, 'npm-calls'), 'utf8').trim().split('\n').length : 0)

describe('running a script', () => {
  it('installs the packages first, once, and passes arguments and exit code through', () => {
    expect(run(['script.ts', '--exit', 'a b'])).toMatchObject({ status: 7, stdout: 'script --exit a b' })
    expect(run(['script.ts'])).toMatchObject({ status: 7, stdout: 'script' })
    expect(installs()).toBe(1)
  })

  it('runs a program of a package', () => {
    expect(run(['--bin', 'tool', '--strict'])).toMatchObject({ status: 5, stdout: 'tool --strict' })
  })

  it('installs again after an install that was killed, a newer lockfile, a package that went missing', () => {
    run(['script.ts'], { NPM_IS_KILLED: 'yes' })
    expect(run(['script.ts']).status).toBe(7)
    expect(installs()).toBe(2)

    writeLockfile('1.0.1')
    expect(run(['script.ts']).status).toBe(7)
    expect(installs()).toBe(3)

    rmSync(join(root, 'node_modules', 'a'), { recursive: true })
    expect(run(['script.ts']).status).toBe(7)
    expect(installs()).toBe(4)

    expect(run(['script.ts']).status).toBe(7)
    expect(installs()).toBe(4)
  })

  it.each([
    ['ENOTFOUND', 'did not reach its registry'],
    ['EACCES', 'may not write in'],
    ['ENOSPC', 'The disk is full'],
  ])('says what %s means, and runs nothing', (code, words) => {
    const { status, stdout, stderr } = run(['script.ts'], { NPM_FAILS: code })
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain(words)
  })

  it('is not held up by the lock of an install that was killed', () => {
    const lock = join(root, '.ironvoice', 'install.lock')
    mkdirSync(join(root, '.ironvoice'))
    writeFileSync(lock, '')
    utimesSync(lock, new Date(0), new Date(0))
    expect(run(['script.ts']).status).toBe(7)
    expect(existsSync(lock)).toBe(false)
  })

  it('installs once when two runs begin together', async () => {
    const runs = [0, 1].map(() => spawn(process.execPath, [join(root, 'sandbox', 'run.mjs'), 'script.ts'], { env: environment() }))
    const codes = await Promise.all(runs.map(async (child) => (await once(child, 'exit'))[0]))
    expect(codes).toEqual([7, 7])
    expect(installs()).toBe(1)
  })

  it('passes signals on, and tells the script when it is killed itself', async () => {
    run(['script.ts'])
    const script = `process.once('SIGTERM', () => { console.log('asked'); process.once('disconnect', () => { console.log('orphaned'); process.exit() }) })
      setInterval(() => {}, 1e6)
      console.log('up')`
    writeFileSync(join(root, 'script.ts'), script)
    const child = spawn(process.execPath, [join(root, 'sandbox', 'run.mjs'), 'script.ts'], { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] })
    const said: string[] = []
    for await (const line of child.stdout) {
      said.push(String(line).trim())
      if (said.length === 1) child.kill('SIGTERM')
      if (said.length === 2) child.kill('SIGKILL')
    }
    expect(said).toEqual(['up', 'asked', 'orphaned'])
  })
})

it('the packages of this checkout count as installed', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'run.mjs'), '--bin', 'tsc', '--version'], {
    env: { PATH: dirname(process.execPath) },
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

it('the lockfile has all that npm ci asks for, the packages for other systems included', () => {
  type Locked = Record<string, { optionalDependencies?: Record<string, string> }>
  const { packages } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package-lock.json'), 'utf8')) as { packages: Locked }
  const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)))
  const missing = Object.values(packages).flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies).filter((name) => !names.has(name)))
  expect(missing).toEqual([])
})
