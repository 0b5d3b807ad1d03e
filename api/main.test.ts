import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

const keys = `k1:${Buffer.alloc(32, 7).toString('base64')}`
const complete = {
  PORT: '0',
  PUBLIC_URL: 'http://127.0.0.1:3000',
  RELAY_PUBLIC_URL: 'ws://127.0.0.1:3001',
  DATABASE_URL: 'postgres://ironvoice_app:x@127.0.0.1:1/ironvoice',
  SESSION_KEYS: keys,
  DATA_KEYS: keys,
  TWILIO_AUTH_TOKEN: 'test-twilio-auth-token',
}

describe('the api process', () => {
  let child: ChildProcess
  const start = (variables: Record<string, string>) => {
    child = spawn(process.execPath, ['api/main.ts'], { env: { PATH: process.env.PATH, ...variables } })
    return child
  }
  afterEach(() => void child.kill('SIGKILL'))

  it('P-tls: does not start on an environment that is incomplete or in the clear, and says what is wrong, not what it holds', async () => {
    const { stderr } = start({ ...complete, PUBLIC_URL: 'http://voice.example.com', SESSION_KEYS: 'k1:secret', TWILIO_AUTH_TOKEN: '' })
    const said = text(stderr!)
    expect(await once(child, 'exit')).toEqual([1, null])
    expect(await said).toMatch(/PUBLIC_URL: must be https[^]*SESSION_KEYS: must be[^]*TWILIO_AUTH_TOKEN:/)
    expect(await said).not.toContain('secret')
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('starts with everything else away, and ends well on %s', async (signal) => {
    const exit = once(start(complete), 'exit')
    const lines: string[] = []
    for await (const line of createInterface(child.stdout!)) {
      lines.push(JSON.parse(line).msg)
      if (lines.length === 1) child.kill(signal)
    }
    expect([await exit, lines]).toEqual([[0, null], ['listening', 'draining']])
  })
})
