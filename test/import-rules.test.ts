import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const forbidden: [file: string, imported: string][] = [
  ['domain/a.ts', '../db/b.ts'],
  ['domain/a.ts', 'node:fs'],
  ['receptionist/a.ts', '../providers/b.ts'],
  ['receptionist/a.ts', 'openai'],
  ['db/a.ts', '../receptionist/b.ts'],
  ['db/entities/a.ts', '../../providers/b.ts'],
  ['providers/a.ts', '../db/b.ts'],
  ['providers/a.ts', '@temporalio/client'],
  ['activities/a.ts', '../workflows/b.ts'],
  ['relay/a.ts', '../db/b.ts'],
  ['relay/a.ts', '../api/b.ts'],
  ['relay/a.ts', '@temporalio/client'],
  ['relay/journal.ts', '../api/b.ts'],
  ['api/twilio/a.ts', '../../relay/b.ts'],
  ['api/a.ts', '@temporalio/client'],
  ['workers/a.ts', '../api/b.ts'],
  ['workflows/a.ts', '../activities/b.ts'],
  ['workflows/a.ts', 'zod'],
  ['api/a.ts', '../sandbox/b.ts'],
  ['api/twilio/a.ts', '../../test/kit/b.ts'],
]
const allowed: [file: string, imported: string][] = [
  ['receptionist/a.ts', '../domain/b.ts'],
  ['relay/journal.ts', '../db/b.ts'],
  ['relay/tenant-loader.ts', '../db/b.ts'],
  ['relay/main.ts', '../db/b.ts'],
  ['relay/start-wrap-up.ts', '@temporalio/client'],
  ['api/start-wrap-up.ts', '@temporalio/client'],
  ['workflows/a.ts', '../domain/b.ts'],
]

/** Which of the house's rules the linter says that one import breaks. */
async function lint(file: string, imported: string): Promise<string> {
  const house = await mkdtemp(join(tmpdir(), 'ironvoice-lint-'))
  try {
    await copyFile('.oxlintrc.json', join(house, '.oxlintrc.json'))
    await mkdir(dirname(join(house, file)), { recursive: true })
    await writeFile(join(house, file), `import { value } from '${imported}'\nexport const copy = value\n`)
    const oxlint = join(dirname(createRequire(import.meta.url).resolve('oxlint/package.json')), 'bin', 'oxlint')
    return await new Promise((resolve) => {
      execFile(process.execPath, [oxlint, '--format=unix'], { cwd: house }, (_, stdout) => resolve(stdout))
    })
  } finally {
    await rm(house, { recursive: true, force: true })
  }
}

describe("the house's import rules", () => {
  it.each(forbidden)('%s may not import %s', async (file, imported) => {
    expect(await lint(file, imported)).toContain('no-restricted-imports')
  })

  it.each(allowed)('%s may import %s', async (file, imported) => {
    expect(await lint(file, imported)).not.toContain('no-restricted-imports')
  })
})
