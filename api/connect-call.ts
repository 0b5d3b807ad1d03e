import { callBounds } from '../domain/call-bounds.ts'
import type { ConversationRef } from '../domain/conversation.ts'
import type { Tenant } from '../domain/knowledge.ts'
import type { createRelayTokens, SessionMode } from '../providers/relay-token.ts'
import type { Receptionist } from '../receptionist/receptionist.ts'
import { linesFor } from './spoken-lines.ts'
import { connectRelay, type Line } from './twiml.ts'

export interface CallConnection {
  ref: ConversationRef
  callSid: string
  tenant: Tenant
  mode: SessionMode
  /** How often a session of this call failed so far. */
  restores: number
}

export type CallConnector = ReturnType<typeof createCallConnector>

/** Makes the TwiML that connects a call to the relay, with a fresh token of its own. */
export function createCallConnector(options: {
  publicUrl: string
  relayPublicUrl: string
  relayTokens: Pick<ReturnType<typeof createRelayTokens>, 'issue'>
  receptionistOf(tenant: Tenant): Receptionist
  nowMs(): number
  newId(): string
}) {
  const { publicUrl, relayPublicUrl, relayTokens, receptionistOf, nowMs, newId } = options
  return {
    async connect({ ref, callSid, tenant, mode, restores }: CallConnection): Promise<string> {
      const { accountId, conversationId } = ref
      const receptionist = receptionistOf(tenant)
      const claims = { accountId, conversationId, callSid, mode }
      return connectRelay({
        // A call that no relay has taken yet has heard the disclosure all the same.
        disclosure: mode === 'normal' && restores === 0 ? disclosureOf(tenant) : null,
        actionUrl: actionUrl(publicUrl, restores),
        // A relay that is overloaded refuses new calls, and takes those that were with a relay before.
        relayUrl: mode === 'normal' ? `${relayPublicUrl}/voice` : `${relayPublicUrl}/voice/again`,
        token: await relayTokens.issue(claims, { nowMs: nowMs(), tokenId: newId() }),
        greeting: receptionist.opening(mode),
        hints: receptionist.hints,
        voice: tenant.knowledge.voice,
      })
    },
  }
}

/** The count travels in the URL, which Twilio's signature covers: however broken a call, it is restored so often only. */
export function actionUrl(publicUrl: string, restores: number): string {
  return `${publicUrl}/twilio/voice/action${restores > 0 ? `?restores=${restores}` : ''}`
}

export const restoresOf = (query: { restores?: unknown }): number => {
  const restores = Number(query.restores ?? 0)
  return Number.isInteger(restores) && restores > 0 ? Math.min(restores, callBounds.maxRestores + 1) : 0
}

function disclosureOf({ knowledge }: Tenant): Line | null {
  const { disclosure, voice } = knowledge
  if (!disclosure.isSpoken) return null
  if (disclosure.text.trim()) return { text: disclosure.text, language: voice.language }
  const { language, disclosure: text } = linesFor(voice.language)
  return { text, language }
}
