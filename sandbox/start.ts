/**
 * `npm start`: all of IronVoice and the world around it on this machine, one call played on the terminal, then it serves
 * until Ctrl-C. `npm start -- --exit` ends after the call; exit code 0 only if the call was answered, stored, summarised and metered.
 */
import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { wrapUpWorkflowId } from '../domain/workflow-names.ts'
import { playDemoCall } from './demo-call.ts'
import { awaitOutcome, countCalls, type CallOutcome } from './demo-outcome.ts'
import { demoTenant } from './demo-tenant.ts'
import { explainError } from './explain-error.ts'
import { openHome } from './home.ts'
import { createParts } from './parts.ts'
import { endOwnProcesses } from './process-record.ts'
import { startSandbox, type Sandbox } from './sandbox.ts'
import { createTerminal } from './terminal.ts'

const terminal = createTerminal(process.stdout, process.env)
const directory = process.env.IRONVOICE_HOME || '.ironvoice'
const say = (line: string) => terminal.print(terminal.dim(`  ${line}`))
const shown = (path: string) => (relative('.', path).startsWith('..') ? path : relative('.', path))

terminal.print(terminal.bold('IronVoice sandbox'))
process.exitCode = await main().catch((error: Error) => {
  terminal.print(`\n${terminal.warn('It can not go on.')} ${explainError(error)}`)
  return 1
})
process.exit()

async function main(): Promise<number> {
  const { values: flags } = parseArgs({ options: { exit: { type: 'boolean', default: false } } })
  const home = await openHome(directory, say)
  const parts = createParts({ abort: () => endOwnProcesses(home.path), say })
  const stop = Promise.withResolvers<number>()
  // a terminal that is gone, or a launcher that was killed, ends us as Ctrl-C does; a check that is broken off has not passed
  const interrupt = () => stop.resolve(flags.exit ? 1 : 0)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)
  process.once('disconnect', interrupt)
  process.stdout.on('error', interrupt)
  // whatever goes wrong in here, a full disk first of all: nothing that was started is left behind
  process.on('uncaughtException', stop.reject)
  try {
    return await Promise.race([stop.promise, run(home.path)])
  } finally {
    say('ending everything')
    await parts.stopAll()
    home.release()
  }

  async function run(path: string): Promise<number> {
    say(`its data is in ${shown(path)}`)
    const report = (part: string, where: string) => terminal.entry(part, where)
    const sandbox = await startSandbox({ home: path, environment: process.env, parts, say, report })
    const isGood = await showCall(sandbox)
    terminal.entry('Calls so far', `${await countCalls(sandbox.database, demoTenant.accountId)}, in the database at ${shown(path)}`)
    if (flags.exit) return isGood ? 0 : 1
    showPlaces(sandbox, path)
    return stop.promise
  }
}

/** @returns whether everything that should have come of the call is in the database. */
async function showCall({ facts, database }: Sandbox): Promise<boolean> {
  if (process.env.TWILIO_ACCOUNT_SID || !facts.twilioBaseUrl) {
    terminal.print('\nTwilio itself is used, so no call is played here: ring your number.')
    return false
  }
  terminal.print(`\n${terminal.bold('A call')} ${terminal.dim(`from ${demoTenant.callerNumber} to Alder Cove Dental, ${demoTenant.number}`)}`)
  const { callSid } = await playDemoCall({ twilioUrl: facts.twilioBaseUrl, terminal })
  terminal.print(`\n${terminal.bold('After the call')} ${terminal.dim('as the workflow wrote it')}`)
  const outcome = await awaitOutcome(database, callSid)
  showOutcome(outcome)
  if (facts.temporalUiUrl) {
    terminal.entry('Workflow', `${facts.temporalUiUrl}/namespaces/${facts.temporalNamespace}/workflows/${wrapUpWorkflowId(callSid)}`)
  }
  for (const line of outcome.missing) terminal.print(`  ${terminal.warn('missing:')} ${line}`)
  return outcome.missing.length === 0
}

function showOutcome({ record, recordingBytes, usageSeconds }: CallOutcome): void {
  if (!record) return
  terminal.entry('Outcome', record.outcome ?? 'none')
  terminal.entry('Summary', record.summary ?? 'none')
  for (const { kind, text, urgency, callerName, callbackNumber } of record.tasks) {
    const from = [callerName, callbackNumber].filter(Boolean).join(', ')
    terminal.entry(kind === 'message' ? 'Message' : 'Follow-up', `${text}${from ? ` (${from})` : ''}${urgency === 'urgent' ? ', urgent' : ''}`)
  }
  for (const gap of record.gaps) terminal.entry('Not known', gap)
  const isDeleted = record.recordingState === 'deleted'
  const recording = `${Math.ceil(recordingBytes / 1024)} KB in the database${isDeleted ? ', deleted at Twilio' : ''}`
  terminal.entry('Recording', recordingBytes ? recording : record.recordingState)
  terminal.entry('Metered', usageSeconds.map((seconds) => `${seconds} s`).join(', ') || 'nothing')
}

function showPlaces({ facts }: Sandbox, path: string): void {
  terminal.print(`\n${terminal.bold('It serves now')} ${terminal.dim('until Ctrl-C')}`)
  terminal.entry('Ring it', `npm run call -- --to ${facts.demo.number}`)
  terminal.entry('API', facts.apiUrl)
  if (facts.temporalUiUrl) terminal.entry('Temporal UI', facts.temporalUiUrl)
  if (facts.mailboxUrl) terminal.entry('Mailbox', facts.mailboxUrl)
  terminal.entry('Logs', `${shown(path)}/logs/{api,relay,worker,temporal}.log`)
  terminal.entry('For scripts', `${shown(path)}/sandbox.json`)
}
