import { setImmediate } from 'node:timers/promises'
import { createCalls, type RelaySessionClaim } from '../db/calls.ts'
import type { Database } from '../db/database.ts'
import { createTenants } from '../db/tenants.ts'
import type { ConversationRef, Message } from '../domain/conversation.ts'
import { Failure } from '../domain/failure.ts'
import { createReceptionist, type Receptionist } from '../receptionist/receptionist.ts'
import { createOneByOne } from './one-by-one.ts'

const maxReceptionists = 200

export interface LoadedCall {
  receptionist: Receptionist
  history: Message[]
  startedAtMs: number
}

export type TenantLoader = ReturnType<typeof createTenantLoader>

/**
 * What a session begins with, read once at its set-up; nothing is read on the path of a turn. Receptionists are shared by all
 * calls of a tenant and kept by knowledge version, the least recently used one given up first.
 */
export function createTenantLoader(database: Database) {
  const calls = createCalls(database)
  const tenants = createTenants(database)
  const receptionists = new Map<string, Promise<Receptionist>>()
  const oneByOne = createOneByOne()

  function receptionistOf(accountId: string, version: number): Promise<Receptionist> {
    const key = `${accountId}:${version}`
    const kept = receptionists.get(key)
    receptionists.delete(key)
    const receptionist = kept ?? build(accountId, version)
    receptionists.set(key, receptionist)
    if (receptionists.size > maxReceptionists) receptionists.delete(receptionists.keys().next().value!)
    receptionist.catch(() => receptionists.delete(key))
    return receptionist
  }

  async function build(accountId: string, version: number): Promise<Receptionist> {
    const tenant = await tenants.load(accountId, version)
    if (!tenant) throw new Failure('not-found', 'No such knowledge version')
    const receptionist = createReceptionist(tenant)
    // Many that are built side by side would take a step each in every turn of the event loop.
    await oneByOne(() => receptionist.warmUp(setImmediate))
    return receptionist
  }

  return {
    /**
     * Uses the token up for this session. True when the session had it before: Twilio reconnects a call that another
     * process held.
     * @throws Failure `token-invalid`, `token-used` or `database-unavailable`
     */
    async claim(claim: RelaySessionClaim): Promise<boolean> {
      const claimed = await calls.claimRelaySession(claim)
      if (claimed === 'refused' && claim.isExpired) throw new Failure('token-invalid', 'The token is too old')
      if (claimed === 'refused') throw new Failure('token-used', 'The token was used by another session')
      return claimed === 'resumed'
    },

    /** @throws Failure `not-found` or `database-unavailable` */
    async load(ref: ConversationRef): Promise<LoadedCall> {
      const call = await calls.loadForSession(ref)
      if (!call) throw new Failure('not-found', 'No such conversation')
      const { knowledgeVersion, ...begun } = call
      return { ...begun, receptionist: await receptionistOf(ref.accountId, knowledgeVersion) }
    },
  }
}
