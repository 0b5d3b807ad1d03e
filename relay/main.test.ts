import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { createRelayWorld, relayEnvironment, signHandshake, type RelayWorld } from '../test/kit/running-relay.ts'
import { connectPhone } from '../test/kit/relay-phone.ts'
import { until } from '../test/kit/until.ts'

describe('the relay process', () => {
  let world: RelayWorld
  const children: ChildProcess[] = []

  beforeAll(async () => {
    world = await createRelayWorld({ isRealTime: true })
  })
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
    await world.stop()
  })

  async function start(variables: Record<string, string> = relayEnvironment(world)) {
    const child = spawn(process.execPath, ['relay/main.ts'], { env: { PATH: process.env.PATH, ...variables }, stdio: ['ignore', 'pipe', 'pipe'] })
    children.push(child)
    const lines: { msg: string; port?: number }[] = []
    createInterface({ input: child.stdout! }).on('line', (line) => lines.push(JSON.parse(line)))
    const exited = once(child, 'exit').then(([code]) => code as number | null)
    return { child, lines, exited }
  }
  async function startListening(variables: Record<string, string> = {}) {
    const running = await start({ ...relayEnvironment(world), ...variables })
    await until(() => running.lines.some(({ msg }) => msg === 'relay listens'))
    const port = running.lines.find(({ msg }) => msg === 'relay listens')!.port!
    const connect = () => connectPhone(`ws://127.0.0.1:${port}/voice`, { 'X-Twilio-Signature': signHandshake() })
    return { ...running, port, connect }
  }

  it('refuses to start on an environment that is not whole, naming what is wrong and no value', async () => {
    const { child, exited } = await start({ ...relayEnvironment(world), RELAY_PUBLIC_URL: 'ws://relay.example.com', TWILIO_ACCOUNT_SID: 'secret-value' })
    const errors = Buffer.concat(await Array.fromAsync(child.stderr!)).toString()
    expect(await exited).not.toBe(0)
    expect(errors).toMatch(/RELAY_PUBLIC_URL: .*https or wss[\s\S]*TWILIO_ACCOUNT_SID/)
    expect(errors).not.toContain('secret-value')
  })

  it('asked to stop, takes no new call, and lets the one it has go on to its end', async () => {
    const { child, lines, port, connect, exited } = await startListening()
    const call = await world.openCall()
    const phone = await connect()
    phone.send({ type: 'setup', callSid: call.callSid, sessionId: call.sessionId, customParameters: { token: call.token } })
    await until(async () => (await world.transcriptOf(call)).length === 1)
    child.kill('SIGTERM')
    await until(() => lines.some(({ msg }) => msg === 'relay drains'))
    await expect(connect()).rejects.toThrow('503')
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(503)
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)

    phone.prompt('That was all')
    const model = await world.model.next()
    model.call('end_call', { reason: 'done' })
    for (const value of ['on', 'off']) phone.info('agentSpeaking', value)
    await phone.ended()
    phone.socket.close()
    expect(await exited).toBe(0)
    await world.transcriptIs(call, [
      'receptionist: Harbour Bicycles, how can I help?',
      'caller: That was all',
      'receptionist: Thank you for calling. Goodbye.',
      'ended-by-receptionist: done',
    ])
  })

  it('goes on with its calls after an error that nothing was prepared for, which is logged and counted', async () => {
    const fault = "process.on('SIGUSR2', () => { Promise.reject(new Error()); setTimeout(() => { throw new TypeError() }) })"
    const { child, lines, port, connect } = await startListening({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}` })
    const call = await world.openCall()
    const phone = await connect()
    phone.send({ type: 'setup', callSid: call.callSid, sessionId: call.sessionId, customParameters: { token: call.token } })
    await until(async () => (await world.transcriptOf(call)).length === 1)
    child.kill('SIGUSR2')
    await until(() => lines.filter(({ msg }) => msg === 'something broke').length === 2)
    phone.prompt('Do you sell helmets?')
    const model = await world.model.next()
    model.say('Yes.')
    model.end()
    await phone.heard('Yes.')
    const metrics = await fetch(`http://127.0.0.1:${port}/metrics`).then((response) => response.text())
    expect(metrics).toMatch(/ironvoice_relay_faults_total\{.*where="process".*\} 2/)
    child.kill('SIGKILL')
  })

  it('asked twice, ends at once', async () => {
    const { child, lines, connect, exited } = await startListening()
    const call = await world.openCall()
    const phone = await connect()
    phone.send({ type: 'setup', callSid: call.callSid, sessionId: call.sessionId, customParameters: { token: call.token } })
    await until(async () => (await world.transcriptOf(call)).length === 1)
    child.kill('SIGTERM')
    await until(() => lines.some(({ msg }) => msg === 'relay drains'))
    child.kill('SIGTERM')
    expect(await exited).toBe(1)
  })

  it('P-calls: killed in the middle of a reply, has kept every turn before it', async () => {
    const { child, connect, exited } = await startListening()
    const call = await world.openCall()
    const phone = await connect()
    phone.send({ type: 'setup', callSid: call.callSid, sessionId: call.sessionId, customParameters: { token: call.token } })
    phone.prompt('Do you sell helmets?')
    const model = await world.model.next()
    model.say('Yes, we do.')
    model.end()
    await until(async () => (await world.transcriptOf(call)).length === 3)
    phone.prompt('And locks?')
    ;(await world.model.next()).say('Those we ')
    await until(async () => (await world.transcriptOf(call)).length === 4)
    child.kill('SIGKILL')
    await exited
    await world.transcriptIs(call, [
      'receptionist: Harbour Bicycles, how can I help?',
      'caller: Do you sell helmets?',
      'receptionist: Yes, we do.',
      'caller: And locks?',
    ])
  })
})
