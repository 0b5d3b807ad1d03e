/**
 * `npm run account -- FILE.json`: makes the account that the file describes (docs/account.example.json), or publishes its
 * knowledge as the next version when there is an account of that id already. Reads DATABASE_URL and DATA_KEYS.
 */
import { readFile } from 'node:fs/promises'
import { z, ZodError } from 'zod'
import { Failure } from '../domain/failure.ts'
import { knowledgeSchema } from '../domain/knowledge.ts'
import { e164Schema } from '../domain/phone-number.ts'
import { readEnvironment } from '../domain/environment.ts'
import { createAccounts } from './accounts.ts'
import { createDatabase } from './database.ts'
import { createTenants } from './tenants.ts'

const fileSchema = z.strictObject({
  id: z.uuid(),
  companyName: z.string().trim().min(1).max(200),
  ownerEmail: z.email(),
  numbers: z.array(e164Schema).min(1).max(20),
  knowledge: knowledgeSchema,
})

async function save(path: string | undefined): Promise<string> {
  if (!path) throw new Failure('request-malformed', 'Name the file: npm run account -- FILE.json')
  const account = fileSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  const { DATABASE_URL: url, DATA_KEYS: keyring } = readEnvironment(process.env, ['DATABASE_URL', 'DATA_KEYS'])
  const database = await createDatabase({ url, applicationName: 'ironvoice-account' })
  try {
    const accounts = createAccounts(database, keyring)
    const isKnown = (await createTenants(database).load(account.id)) !== null
    if (!isKnown) return `Account ${await accounts.create(account)} is made.`
    const version = await accounts.publishKnowledge(account.id, account.knowledge)
    return `Version ${version} of the knowledge of account ${account.id} is published; its numbers are as they were.`
  } finally {
    await database.close()
  }
}

try {
  process.stdout.write(`${await save(process.argv[2])}\n`)
} catch (error) {
  process.stderr.write(`Nothing was changed. ${error instanceof ZodError ? z.prettifyError(error) : (error as Error).message}\n`)
  process.exit(1)
}
