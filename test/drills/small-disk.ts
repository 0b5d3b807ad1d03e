import { execFile } from 'node:child_process'
import { mkdtemp, open, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from './drill.ts'

const run = promisify(execFile)

export type SmallDisk = Awaited<ReturnType<typeof mountSmallDisk>>

/** A disk that can be filled to its last byte, in memory. @throws Error where this process may not mount one: Linux, as root */
export async function mountSmallDisk(mebibytes: number) {
  const path = await mkdtemp(join(tmpdir(), 'ironvoice-disk-'))
  const filler = join(path, 'filler')
  await run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0711`, 'ironvoice-drill', path]).catch(async (error: Error) => {
    await rmdir(path)
    throw error
  })
  return {
    path,
    async fill() {
      const file = await open(filler, 'a')
      for (const bytes of [1024 * 1024, 4096, 1]) {
        const piece = Buffer.alloc(bytes)
        for (let isFull = false; !isFull; ) isFull = await file.write(piece).then(({ bytesWritten }) => bytesWritten < bytes, () => true)
      }
      await file.close()
    },
    free: () => rm(filler, { force: true }),
    async remove() {
      await eventually('the disk is let go', () => run('umount', [path]).then(() => true), 10_000).catch(() => run('umount', ['-l', path]))
      await rmdir(path)
    },
  }
}
