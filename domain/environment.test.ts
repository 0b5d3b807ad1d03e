import { listenHost, readEnvironment } from './environment.ts'

const key = Buffer.alloc(32, 7).toString('base64')

describe('the environment', () => {
  it('P-tls: clear http and ws are refused anywhere but on loopback', () => {
    for (const url of ['http://voice.example.com', 'ws://10.0.0.4:3001']) {
      expect(() => readEnvironment({ PUBLIC_URL: url }, ['PUBLIC_URL'])).toThrow(/PUBLIC_URL: must be https/)
    }
    expect(readEnvironment({ PUBLIC_URL: 'http://127.0.0.1:3000/' }, ['PUBLIC_URL']).PUBLIC_URL).toBe('http://127.0.0.1:3000')
    expect(readEnvironment({ PUBLIC_URL: 'https://voice.example.com' }, ['PUBLIC_URL']).PUBLIC_URL).toBe('https://voice.example.com')
  })

  it.each([
    ['http://127.0.0.1:3000', '127.0.0.1'],
    ['wss://localhost:3001', '127.0.0.1'],
    ['https://voice.example.com', undefined],
  ])('P-tls: reached at %s, a process listens on %s', (publicUrl, host) => {
    expect(listenHost(publicUrl)).toBe(host)
  })

  it('names every variable that is wrong and never shows a value', () => {
    const read = () => readEnvironment({ DATA_KEYS: 'k1:c2VjcmV0', TWILIO_AUTH_TOKEN: 'short-secret' }, ['DATA_KEYS', 'TWILIO_AUTH_TOKEN', 'PUBLIC_URL'])
    expect(read).toThrow(expect.objectContaining({ code: 'config-invalid' }))
    expect(read).toThrow(/DATA_KEYS.*\n.*TWILIO_AUTH_TOKEN.*\n.*PUBLIC_URL/)
    expect(read).not.toThrow(/c2VjcmV0|short-secret/)
  })

  it('reads a ring of keys, newest first', () => {
    const { DATA_KEYS } = readEnvironment({ DATA_KEYS: `k2:${key}, k1:${key}` }, ['DATA_KEYS'])
    expect(DATA_KEYS.map(({ id }) => id)).toEqual(['k2', 'k1'])
    expect(DATA_KEYS[0]!.key).toHaveLength(32)
  })
})
