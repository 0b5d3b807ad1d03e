/**
 * `npm run call -- --to +1… [--from +1…] [--script FILE]`: the simulated phone. Without a script, a person types; see `call-steps.ts`.
 * Exit code 0 only if every line got a reply.
 */
import { createReadStream, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { e164Schema } from '../domain/phone-number.ts'
import { holdCall } from './call-session.ts'
import { parseStep, stepsHelp } from './call-steps.ts'
import { createCallView } from './call-view.ts'
import { createLineQueue } from './line-queue.ts'
import { readSandboxFile } from './sandbox-file.ts'
import { createTerminal } from './terminal.ts'
import { dial, type PhoneEvent } from './twilio/phone.ts'

/** A number of the block kept for fiction. */
const ownNumber = '+15035550199'
const usage = `npm run call -- [--to +1…] [--from +1…] [--script FILE]\n${stepsHelp}`
/** A second Ctrl-C so long after the first does not wait for a polite end. */
const impatientAfterMs = 500

const terminal = createTerminal(process.stdout, process.env)
process.exitCode = await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  return 1
})
process.exit()

async function main(): Promise<number> {
  const options = readOptions()
  if (options.help) return (terminal.print(usage), 0)
  const sandbox = readSandboxFile(process.env.IRONVOICE_HOME || '.ironvoice')
  if (!sandbox.twilioBaseUrl) throw new Error('Twilio itself is used by what runs here: ring your number with a real phone.')
  const to = readNumber('--to', options.to ?? sandbox.demo.number)
  const from = readNumber('--from', options.from ?? ownNumber)
  const isTyped = !options.script && process.stdin.isTTY === true
  if (options.script) readFileSync(options.script, 'utf8').split('\n').forEach(parseStep)

  const input = createInterface({
    input: options.script ? createReadStream(options.script) : process.stdin,
    ...(isTyped && { output: process.stdout, prompt: '  You           ' }),
  })
  const lines = createLineQueue()
  input.on('line', lines.push).on('close', lines.close)
  let isPrompting = false
  const prompt = () => {
    isPrompting = isTyped
    if (isTyped) input.prompt(true)
  }
  const view = createCallView(terminal)
  const onEvent = (event: PhoneEvent) => {
    if (isPrompting && event.type !== 'session-end' && event.type !== 'listening') process.stdout.write('\r\x1b[2K')
    view(event)
    if (isPrompting && event.type !== 'token' && event.type !== 'ended') prompt()
  }

  terminal.print(`Calling ${to} from ${from}.${isTyped ? ' /help says what can be done.' : ''}`)
  const leaving = new AbortController()
  const hangUp = once(() => leaving.abort())
  input.on('SIGINT', hangUp)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, hangUp)
  const call = await dial({ to, from, twilioUrl: sandbox.twilioBaseUrl, onEvent, signal: leaving.signal })
  const unanswered = await holdCall({
    call,
    lines,
    onReady: prompt,
    onSaid(words) {
      isPrompting = false
      if (!isTyped) terminal.entry('You', words)
    },
    print: terminal.print,
  })
  await call.ended
  input.close()
  if (unanswered.length > 0 && !isTyped) terminal.print(`No reply to: ${unanswered.join(' · ')}`)
  return unanswered.length > 0 && !isTyped ? 1 : 0
}

function readOptions() {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ options: { to: text, from: text, script: text, help: { type: 'boolean', short: 'h' } } })
  return values
}

function readNumber(option: string, number: string): string {
  const { success } = e164Schema.safeParse(number)
  if (!success) throw new Error(`${option} takes a number such as ${ownNumber}, not ${number}.`)
  return number
}

/** One signal may come twice at once, from the terminal and from the launcher: the second that is meant comes later. */
function once(hangUp: () => void) {
  let firstAtMs: number | null = null
  return () => {
    if (firstAtMs === null) {
      firstAtMs = Date.now()
      hangUp()
    } else if (Date.now() - firstAtMs > impatientAfterMs) process.exit(130)
  }
}
