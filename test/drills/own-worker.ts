import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('../..', import.meta.url))
const rooms = ['activities', 'db', 'domain', 'providers', 'receptionist', 'workers', 'workflows', 'package.json']

/** A copy of what a worker is made of, in which bugs can be made, and mended. */
export async function copyWorker() {
  const directory = await mkdtemp(join(tmpdir(), 'ironvoice-own-'))
  for (const room of rooms) await cp(join(project, room), join(directory, room), { recursive: true })
  await symlink(join(project, 'node_modules'), join(directory, 'node_modules'))
  return {
    script: join(directory, 'workers', 'main.ts'),
    /** Changes a file's text. @throws Error when what is to be replaced isn't there */
    async change(file: string, replacements: Record<string, string>) {
      let text = await readFile(join(directory, file), 'utf8')
      for (const [from, to] of Object.entries(replacements)) {
        if (!text.includes(from)) throw new Error(`there is no ${JSON.stringify(from)} in ${file} any more`)
        text = text.replace(from, () => to)
      }
      await writeFile(join(directory, file), text)
    },
    mend: (file: string) => cp(join(project, file), join(directory, file)),
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}
