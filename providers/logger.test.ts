import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** Every write to it fails as on a full disk (full(4)). */
const fullDevice = '/dev/full'
const itOnLinux = existsSync(fullDevice) ? it : it.skip

itOnLinux('a disk that is full loses lines; the process that logs them goes on, and ends when it wants to', async () => {
  const script = `
    import { createLogger } from ${JSON.stringify(pathToFileURL('providers/logger.ts').href)}
    const logger = createLogger({ process: 'api', level: 'info' })
    let lines = 0
    const timer = setInterval(() => {
      logger.info('line')
      if ((lines += 1) < 5) return
      clearInterval(timer)
      process.exit(7)
    }, 5)`
  const full = openSync(fullDevice, 'w')
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', full, 'pipe'], timeout: 20_000 })
  const words = child.stderr!.toArray()
  const [code] = await once(child, 'exit')
  closeSync(full)
  expect([code, Buffer.concat(await words).toString()]).toEqual([7, ''])
})
