import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { replaceFile } from './replace-file.ts'

/** `sandbox.json` in the home folder: what runs where, for scripts. Names that scripts rely on; null is what isn't ours to know. */
const sandboxSchema = z.object({
  apiUrl: z.string(),
  relayUrl: z.string(),
  workerUrl: z.string(),
  temporalAddress: z.string(),
  temporalNamespace: z.string(),
  temporalUiUrl: z.string().nullable(),
  mailboxUrl: z.string().nullable(),
  databaseUrl: z.string(),
  databaseAdminUrl: z.string().nullable(),
  twilioAccountSid: z.string(),
  twilioAuthToken: z.string(),
  twilioBaseUrl: z.string().nullable(),
  openaiBaseUrl: z.string().nullable(),
  resendBaseUrl: z.string().nullable(),
  demo: z.object({ number: z.string(), email: z.string(), password: z.string() }),
  pids: z.record(z.string(), z.number()),
})
export type SandboxFile = z.infer<typeof sandboxSchema>

const pathIn = (home: string) => join(home, 'sandbox.json')

export function writeSandboxFile(home: string, sandbox: SandboxFile): void {
  replaceFile(pathIn(home), `${JSON.stringify(sandbox, null, 2)}\n`)
}

export function removeSandboxFile(home: string): void {
  rmSync(pathIn(home), { force: true })
}

/** @throws Error when nothing runs in that home. */
export function readSandboxFile(home: string): SandboxFile {
  try {
    return sandboxSchema.parse(JSON.parse(readFileSync(pathIn(home), 'utf8')))
  } catch {
    throw new Error(`No sandbox runs in ${home}: start it with npm start.`)
  }
}
