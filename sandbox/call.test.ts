import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseStep } from './call-steps.ts'
import type { TwilioStandIn } from './twilio/stand-in.ts'
import { startTwilioStandIn } from './twilio/stand-in.ts'
import { accountSid, authToken, number, startTestApplication } from './twilio/test-application.ts'

describe('parseStep', () => {
  it.each([
    ['Are you open?', { type: 'say', words: 'Are you open?' }],
    ['  /interrupt just tell me  ', { type: 'interrupt', words: 'just tell me' }],
    ['1 2 # *', { type: 'press', digits: '12#*' }],
    ['#', { type: 'press', digits: '#' }],
    ['# a comment', null],
    ['', null],
    ['/hangup', { type: 'hang-up' }],
  ])('reads %p', (line, step) => {
    expect(parseStep(line)).toEqual(step)
  })

  it('refuses a command that there is not', () => {
    expect(() => parseStep('/dance')).toThrow('There is no /dance')
    expect(() => parseStep('/interrupt')).toThrow('without words')
  })
})

describe('npm run call', () => {
  let home: string
  let application: Awaited<ReturnType<typeof startTestApplication>>
  let twilio: TwilioStandIn

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'call-'))
    application = await startTestApplication()
    application.answerWithRelay('dtmfDetection="true"')
    twilio = await startTwilioStandIn({ accountSid, authToken, numbers: application.numbers, pace: { wordMs: 2, secondMs: 1, processingMs: 1 } })
    const text = Object.fromEntries(
      ['apiUrl', 'relayUrl', 'workerUrl', 'temporalAddress', 'temporalNamespace', 'databaseUrl', 'twilioAuthToken'].map((name) => [name, 'x']),
    )
    const nothing = { temporalUiUrl: null, mailboxUrl: null, databaseAdminUrl: null, openaiBaseUrl: null, resendBaseUrl: null, pids: {} }
    const facts = { ...text, ...nothing, twilioAccountSid: accountSid, twilioBaseUrl: twilio.url, demo: { number, email: '', password: '' } }
    await writeFile(join(home, 'sandbox.json'), JSON.stringify(facts))
  })
  afterEach(async () => {
    await twilio.stop()
    await application.stop()
    await rm(home, { recursive: true })
  })

  /** Runs the phone with these lines on its standard input. */
  function run(lines: string, args: string[] = [], directory = home) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'call.ts'), ...args], { env: { PATH: process.env.PATH, IRONVOICE_HOME: directory } })
    const output: string[] = []
    child.stdout.on('data', (data: Buffer) => output.push(data.toString()))
    child.stderr.on('data', (data: Buffer) => output.push(data.toString()))
    child.stdin.end(lines)
    const exit = new Promise<{ code: number | null; output: string }>((resolve) => {
      child.on('close', (code) => resolve({ code, output: output.join('') }))
    })
    return { child, exit }
  }

  it('talks line by line, shows what is heard, barges in, and succeeds when every line got a reply', async () => {
    application.answerPrompts('One two three four five six seven.')
    const { code, output } = await run('# a comment\nHello there\n/interrupt Stop it\n/hangup\n').exit
    expect(output).toContain('Hello there.')
    expect(output).toMatch(/Receptionist +One two three( four| five| six)*\n +\[the caller interrupts\]/)
    expect(output).toMatch(/Receptionist +One two three four five six seven\. +\d+ ms to the first word/)
    expect(application.framesOf('prompt').map(({ voicePrompt }) => voicePrompt)).toEqual(['Hello there', 'Stop it'])
    expect(code).toBe(0)
  })

  it('presses keys, and fails when a line got no reply', async () => {
    application.handleFrames((frame, send) => {
      if (frame.type === 'dtmf') send({ type: 'text', token: `You pressed ${frame.digit}.`, last: true })
      if (frame.type === 'prompt') send({ type: 'end' })
    })
    const script = join(home, 'script.txt')
    await writeFile(script, '5\nAre you there?\nHello?\n')
    const { code, output } = await run('', ['--script', script]).exit
    expect(output).toContain('You pressed 5.')
    expect(output).toContain('No reply to: Are you there?')
    expect(code).toBe(1)
  })

  it('Ctrl-C hangs up politely: the last callbacks are waited for', async () => {
    const { child, exit } = run('/listen\n')
    await application.until(() => application.framesOf('setup').length > 0)
    child.kill('SIGINT')
    expect((await exit).output).toContain('hangs up after 1 s')
    expect(application.received.map(({ path }) => path)).toEqual(['/voice', '/action', '/status'])
  })

  it('says what to do when nothing runs', async () => {
    const { code, output } = await run('', [], join(home, 'nothing')).exit
    expect([code, output]).toEqual([1, expect.stringContaining('npm start')])
  })
})
