import { createHmac, hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { testKeyring } from '../test/kit/account.ts'
import { damaged } from '../test/kit/damaged.ts'
import { propertyRuns, propertyTimeoutMs } from '../test/kit/property-runs.ts'
import { createRelayTokens } from './relay-token.ts'

const nowMs = Date.UTC(2026, 10, 24, 20)
const { id: kid, key } = testKeyring[0]!
const ours = Buffer.from(hkdfSync('sha256', key, new Uint8Array(), 'ironvoice relay token', 32))
const secrets = [ours, Buffer.from(key), Buffer.from(''), Buffer.from('secret')]

const header = { alg: 'HS256', kid }
const claims = {
  accountId: '019a0000-0000-7000-8000-000000000001',
  sub: '019a0000-0000-7000-8000-000000000002',
  callSid: `CA${'0'.repeat(32)}`,
  mode: 'normal',
  aud: 'relay',
  jti: '019a0000-0000-7000-8000-000000000003',
  exp: nowMs / 1_000 + 300,
}
const odd = fc.constantFrom({ alg: 'none' }, { alg: 'HS512' }, { alg: 'RS256' }, { kid: 'other' }, { kid: '__proto__' }, { b64: false, crit: ['b64'] }, { crit: [] }, { jku: 'http://127.0.0.1/' }, { typ: 'JWE' }, { zip: 'DEF' }, {})
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '').toString('base64url')
const forged = fc
  .tuple(damaged(fc.constant(header), 1), odd, damaged(fc.oneof(fc.constant(claims), fc.constantFrom({ ...claims, aud: 'session' }, { ...claims, exp: 1 }))), fc.nat(secrets.length - 1))
  .map(([head, oddly, body, secret]) => {
    const signed = `${encoded({ ...(head as object), ...oddly })}.${encoded(body)}`
    return `${signed}.${createHmac('sha256', secrets[secret]!).update(signed).digest('base64url')}`
  })
const torn = fc.tuple(forged, fc.nat(), fc.string()).map(([token, at, middle]) => token.slice(0, at % token.length) + middle + token.slice(at % token.length))

describe('whatever comes for a relay token', () => {
  it('is one of ours, in time and whole, or is refused as invalid', async () => {
    const tokens = createRelayTokens(testKeyring)
    let accepted = 0
    const property = fc.asyncProperty(fc.oneof({ weight: 4, arbitrary: forged }, torn, fc.string(), fc.string({ maxLength: 5_000, unit: 'binary' })), async (token) => {
      const result = await tokens.verify(token, nowMs).catch((error: unknown) => error)
      if (result instanceof Error) return expect(result).toMatchObject({ name: 'Failure', code: 'token-invalid' })
      accepted += 1
      const [head, body, signature] = token.split('.') as [string, string, string]
      const said = JSON.parse(Buffer.from(body, 'base64url').toString())
      expect(createHmac('sha256', ours).update(`${head}.${body}`).digest('base64url')).toBe(signature)
      expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toMatchObject(header)
      expect([said.aud].flat()).toContain('relay')
      expect(said.exp).toBeGreaterThan(nowMs / 1_000)
      expect(result).toEqual({ accountId: said.accountId, conversationId: said.sub, callSid: said.callSid, mode: said.mode, tokenId: said.jti })
    })
    await fc.assert(property, propertyRuns(500))
    expect(accepted).toBeGreaterThan(0)
  }, propertyTimeoutMs)
})
