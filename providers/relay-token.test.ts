import { randomBytes, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { callBounds } from '../domain/call-bounds.ts'
import type { NamedKey } from '../domain/environment.ts'
import { createRelayTokens, type RelayClaims } from './relay-token.ts'

const newKey = (id: string): NamedKey => ({ id, key: new Uint8Array(randomBytes(32)) })
const nowMs = Date.UTC(2026, 10, 24, 12)
const claims: RelayClaims = {
  accountId: randomUUID(),
  conversationId: randomUUID(),
  callSid: `CA${'a'.repeat(32)}`,
  mode: 'take-message',
}
const invalid = { code: 'token-invalid' }

describe('relay tokens', () => {
  it('say what they were issued for until they expire', async () => {
    const tokens = createRelayTokens([newKey('a')])
    const tokenId = randomUUID()
    const token = await tokens.issue(claims, { nowMs, tokenId })
    await expect(tokens.verify(token, nowMs)).resolves.toEqual({ ...claims, tokenId })
    await expect(tokens.verify(token, nowMs + callBounds.relayTokenTtlMs - 1_000)).resolves.toEqual({ ...claims, tokenId })
    await expect(tokens.verify(token, nowMs + callBounds.relayTokenTtlMs)).rejects.toMatchObject(invalid)
  })

  it('fit a custom parameter of Twilio, name and value together under 500 characters', async () => {
    const token = await createRelayTokens([newKey('sixteen-chars-id')]).issue(claims, { nowMs, tokenId: randomUUID() })
    expect('token'.length + token.length).toBeLessThan(500)
  })

  it('outlive a change of keys as long as the old key is in the ring, and no longer', async () => {
    const [older, newer] = [newKey('2025'), newKey('2026')]
    const token = await createRelayTokens([older]).issue(claims, { nowMs, tokenId: randomUUID() })
    await expect(createRelayTokens([newer, older]).verify(token, nowMs)).resolves.toMatchObject(claims)
    await expect(createRelayTokens([newer]).verify(token, nowMs)).rejects.toMatchObject(invalid)
    await expect(createRelayTokens([newKey('2025')]).verify(token, nowMs)).rejects.toMatchObject(invalid)
  })

  it('are refused when forged: the bare session key, no algorithm, a changed claim, another purpose, plain rubbish', async () => {
    const key = newKey('a')
    const tokens = createRelayTokens([key])
    const token = await tokens.issue(claims, { nowMs, tokenId: randomUUID() })
    const [header = '', payload = '', signature = ''] = token.split('.')
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const changed = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), mode: 'normal' }
    const byBareKey = new SignJWT(changed).setProtectedHeader({ alg: 'HS256', kid: 'a' }).sign(key.key)
    const forgeries = [
      await byBareKey,
      `${encode({ alg: 'none', kid: 'a' })}.${payload}.`,
      `${header}.${encode(changed)}.${signature}`,
      `${header}.${payload}`,
      '',
      'x'.repeat(1_000_000),
      '\0.\0.\0',
    ]
    for (const forgery of forgeries) await expect(tokens.verify(forgery, nowMs)).rejects.toMatchObject(invalid)
  })
})
