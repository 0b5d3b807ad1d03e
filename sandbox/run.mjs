/**
 * `node sandbox/run.mjs SCRIPT.ts args…` or `node sandbox/run.mjs --bin NAME args…`: makes sure that the dependencies are there
 * and that Node is new enough, then runs it. Plain JavaScript for any Node since 14, so that it can say what is wrong.
 */
import { execFileSync, spawn } from 'child_process'
// statfsSync by name would keep an old Node, which lacks it, from saying anything
import fs, { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimes, writeFileSync } from 'fs'
import { constants } from 'os'
import { delimiter, dirname, join } from 'path'
import { fileURLToPath } from 'url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = join(root, 'node_modules', '.bin')
const broughtNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
const major = Number(process.versions.node.split('.')[0])
const oldestNode = 20
const runsTypeScript = 24
const staleAfterMs = 10000

/** Complete for this lockfile: npm writes its own copy of the lockfile last of all, and every package of it is there. */
function isInstalled() {
  try {
    const wanted = readLockfile(join(root, 'package-lock.json'))
    const made = readLockfile(join(root, 'node_modules', '.package-lock.json'))
    return Object.keys(wanted).every((path) => {
      if (path === '') return true
      if (!made[path]) return Boolean(wanted[path].optional)
      const isSame = made[path].version === wanted[path].version && made[path].integrity === wanted[path].integrity
      return isSame && existsSync(join(root, path, 'package.json'))
    })
  } catch {
    return false
  }
}

function readLockfile(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages
}

async function install() {
  const release = await takeInstallLock()
  try {
    if (isInstalled()) return
    const total = Object.keys(readLockfile(join(root, 'package-lock.json'))).length
    say(`installing ${total} packages with npm ci (about a minute, once)`)
    const startedAt = Date.now()
    const progress = setInterval(() => say(`still installing, ${Math.round((Date.now() - startedAt) / 1000)} s`), 15000)
    const { code, output } = await runNpmCi().finally(() => clearInterval(progress))
    if (code !== 0) throw new Error(`${explain(output)}\n\nnpm's own words:\n${output.trim()}`)
    say(`installed in ${Math.round((Date.now() - startedAt) / 1000)} s`)
  } finally {
    release()
  }
}

function runNpmCi() {
  const flags = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  const patience = ['--fetch-retries=3', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=10000']
  // not the Node in node_modules, which npm is about to replace
  const path = (process.env.PATH || '').split(delimiter).filter((directory) => directory !== bin)
  const npm = spawn('npm', ['ci', ...flags, ...patience], {
    cwd: root,
    env: { ...process.env, PATH: path.join(delimiter) },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  })
  passSignals(npm)
  let output = ''
  const keep = (text) => (output = (output + text).slice(0, 2000))
  npm.stdout.on('data', keep)
  npm.stderr.on('data', keep)
  return new Promise((resolve) => {
    npm.once('error', (error) => resolve({ code: 1, output: `npm could not be run: ${error.message}` }))
    npm.once('close', (code, signal) => {
      if (signal) endBy(signal)
      else resolve({ code, output })
    })
  })
}

function explain(output) {
  const { bavail, bsize } = fs.statfsSync(root)
  if (/ENOSPC/.test(output) || bavail * bsize < 50e6) return `The disk is full: the packages need about 1 GB in ${root}.`
  if (/EACCES|EPERM|EROFS/.test(output)) return `npm may not write in ${root}: clone where you may, or mend who owns the folder.`
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/.test(output)) {
    return 'npm did not reach its registry: the first start needs the network (or a proxy: npm config set proxy …).'
  }
  return 'npm ci failed.'
}

/**
 * One install at a time, should `npm start` and `npm test` begin together. The holder touches the lock as long as it lives,
 * so that one left by a killed run counts for nothing, whoever has its pid by now.
 */
async function takeInstallLock() {
  const path = join(root, '.ironvoice', 'install.lock')
  for (let isSaid = false; ; isSaid = true) {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      writeFileSync(path, '', { flag: 'wx' })
      const touching = setInterval(() => utimes(path, new Date(), new Date(), () => {}), staleAfterMs / 5)
      return () => {
        clearInterval(touching)
        rmSync(path, { force: true })
      }
    } catch (error) {
      if (error.code !== 'EEXIST') throw new Error(explain(`${error.code} ${error.message}`), { cause: error })
    }
    if (isStale(path)) rmSync(path, { force: true })
    else if (!isSaid) say('waiting for another run that is installing the packages')
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}

function isStale(path) {
  try {
    return Date.now() - statSync(path).mtimeMs > staleAfterMs
  } catch {
    return false
  }
}

function run(command, args, stdio) {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH || ''}` }
  const child = spawn(command, args, { cwd: root, env, stdio, shell: process.platform === 'win32' && stdio === 'inherit' })
  passSignals(child)
  endWithNpm(child)
  child.once('error', (error) => fail(`${command} could not be run: ${error.message}`))
  child.once('exit', (code, signal) => {
    if (signal) endBy(signal)
    else process.exit(code)
  })
}

const passed = ['SIGINT', 'SIGTERM', 'SIGHUP']

function passSignals(child) {
  for (const signal of passed) process.on(signal, () => child.kill(signal))
}

/**
 * npm dies of a signal without passing it on, and its shell stays: so whoever ended npm would leave us and everything behind.
 * We end with it, as if we had been told.
 */
function endWithNpm(child) {
  if (!process.env.npm_lifecycle_event || process.platform === 'win32') return
  const parent = process.ppid
  const isShell = lookUp(parent).name.endsWith('sh')
  const npm = isShell ? lookUp(parent).parent : parent
  setInterval(() => {
    if (process.ppid !== parent || (isShell && lookUp(parent).parent !== npm)) child.kill('SIGTERM')
  }, 1000).unref()
}

function lookUp(pid) {
  try {
    if (process.platform === 'linux') {
      const [, name, rest] = /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))
      return { name, parent: Number(rest) }
    }
    const [parent, name] = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' }).trim().split(/\s+/)
    return { name, parent: Number(parent) }
  } catch {
    return { name: '', parent: 0 }
  }
}

/** Ends as the child did, so that whoever started us sees the same. */
function endBy(signal) {
  for (const name of passed) process.removeAllListeners(name)
  process.kill(process.pid, signal)
  setTimeout(() => process.exit(128 + constants.signals[signal]), 100)
}

function say(line) {
  process.stderr.write(`ironvoice: ${line}\n`)
}

function fail(message) {
  say(message)
  process.exit(1)
}

async function main() {
  const [first, ...rest] = process.argv.slice(2)
  if (!first || (first === '--bin' && !rest.length)) fail('usage: node sandbox/run.mjs SCRIPT.ts args… | --bin NAME args…')
  if (major < oldestNode) fail(`Node ${oldestNode} or newer is needed; this is ${process.versions.node} (https://nodejs.org)`)
  if (!isInstalled()) await install()
  if (first === '--bin') return run(join(bin, rest[0]), rest.slice(1), 'inherit')
  if (major < runsTypeScript && !existsSync(broughtNode)) {
    fail(`Node ${runsTypeScript} did not come with the packages: npm is set to ignore install scripts.
Allow them (npm config delete ignore-scripts), remove node_modules and start again; or install Node ${runsTypeScript} yourself.`)
  }
  // the channel tells the script when we are gone, even if we had no chance to pass a signal on
  run(major < runsTypeScript ? broughtNode : process.execPath, [first, ...rest], ['inherit', 'inherit', 'inherit', 'ipc'])
}

main().catch((error) => fail(error.message))
