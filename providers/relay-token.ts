import { createSecretKey, hkdfSync, type webcrypto } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { callBounds } from '../domain/call-bounds.ts'
import { conversationRefSchema } from '../domain/conversation.ts'
import type { NamedKey } from '../domain/environment.ts'
import { Failure } from '../domain/failure.ts'

/** How a relay session begins: a fresh call, one that comes back to leave a message, or one whose session broke. */
export const sessionModes = ['normal', 'take-message', 'restored'] as const
export type SessionMode = (typeof sessionModes)[number]

const claimsSchema = conversationRefSchema.extend({
  callSid: z.string().regex(/^CA[0-9a-f]{32}$/),
  mode: z.enum(sessionModes),
})
const payloadSchema = claimsSchema.extend({ tokenId: z.uuid() })
/** What a relay token says. */
export type RelayClaims = z.infer<typeof claimsSchema>

const audience = 'relay'
const purpose = 'ironvoice relay token'
/** Longer than any of ours; nothing longer is looked at. */
const maxTokenLength = 2_048

/**
 * Signed, short-lived tokens by which a call's socket finds its conversation (JWT, HS256, RFC 7519). They are signed
 * under a key that is derived from the session keys for this purpose only; the first of the keys signs, all verify.
 * That a token is used once is the database's to decide, by its id.
 */
export function createRelayTokens(sessionKeys: NamedKey[]) {
  const keys = new Map(
    sessionKeys.map(({ id, key }) => {
      const derived = createSecretKey(Buffer.from(hkdfSync('sha256', key, new Uint8Array(), purpose, 32)))
      return [id, derived.toCryptoKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])]
    }),
  )
  const newest = sessionKeys[0]?.id
  if (newest === undefined) throw new Failure('config-invalid', 'There is no session key')

  return {
    async issue(claims: RelayClaims, { nowMs, tokenId }: { nowMs: number; tokenId: string }): Promise<string> {
      const { accountId, conversationId, callSid, mode } = claims
      const issuedAt = Math.floor(nowMs / 1_000)
      const expiresAt = issuedAt + callBounds.relayTokenTtlMs / 1_000
      return new SignJWT({ accountId, callSid, mode, sub: conversationId, aud: audience, jti: tokenId, exp: expiresAt })
        .setProtectedHeader({ alg: 'HS256', kid: newest })
        .sign(keys.get(newest)!)
    },

    /** @throws Failure `token-invalid`: malformed, forged, expired, or of another purpose. */
    async verify(token: string, nowMs: number): Promise<RelayClaims & { tokenId: string }> {
      if (token.length > maxTokenLength) throw new Failure('token-invalid', 'The token is too long')
      const { payload } = await jwtVerify(token, ({ kid = '' }) => findKey(keys, kid), {
        algorithms: ['HS256'],
        audience,
        currentDate: new Date(nowMs),
        requiredClaims: ['exp', 'jti'],
      }).catch((cause: unknown) => {
        throw new Failure('token-invalid', 'The token is not one of ours, or no longer', { cause })
      })
      const claims = payloadSchema.safeParse({
        accountId: payload.accountId,
        conversationId: payload.sub,
        callSid: payload.callSid,
        mode: payload.mode,
        tokenId: payload.jti,
      })
      if (!claims.success) throw new Failure('token-invalid', 'The token says nothing that we would say')
      return claims.data
    },
  }
}

function findKey(keys: Map<string, webcrypto.CryptoKey>, id: string): webcrypto.CryptoKey {
  const key = keys.get(id)
  if (!key) throw new Failure('token-invalid', 'The token names no key of ours')
  return key
}
