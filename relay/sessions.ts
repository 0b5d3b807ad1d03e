import type { ConversationRef } from '../domain/conversation.ts'
import { Failure } from '../domain/failure.ts'
import type { Logger } from '../providers/logger.ts'
import type { createRelayTokens } from '../providers/relay-token.ts'
import type { ModelPort } from '../receptionist/model-port.ts'
import type { Admission } from './admission.ts'
import type { Clock } from './clock.ts'
import { describeError } from './describe-error.ts'
import type { SetupFrame } from './frames.ts'
import type { Journal } from './journal.ts'
import { relayBounds } from './relay-bounds.ts'
import type { RelayMetrics } from './relay-metrics.ts'
import type { Wire } from './line.ts'
import { createSession, type Session } from './session.ts'
import type { createRecordingStarter } from './start-recording.ts'
import type { WrapUpStarter } from './start-wrap-up.ts'
import type { TenantLoader } from './tenant-loader.ts'

export interface SessionsDeps {
  tokens: Pick<ReturnType<typeof createRelayTokens>, 'verify'>
  loader: TenantLoader
  model: ModelPort
  journal: Journal
  recordingOf: ReturnType<typeof createRecordingStarter>
  wrapUps: Pick<WrapUpStarter, 'start'>
  admission: Pick<Admission, 'refusal'>
  clock: Clock
  newId(): string
  metrics: RelayMetrics
  logger: Logger
}

export type Sessions = ReturnType<typeof createSessions>

/** The calls of this process, by call SID: a call has at most one session here, whatever sockets come and go. */
export function createSessions(deps: SessionsDeps) {
  const { tokens, loader, journal, admission, clock, metrics, logger } = deps
  const live = new Map<string, { session: Session; token: string; ref: ConversationRef }>()
  const endings = new Set<Promise<void>>()
  let whenEmpty = () => {}

  function find({ callSid, sessionId }: SetupFrame, token: string): Session | undefined {
    const { session, token: itsToken } = live.get(callSid) ?? {}
    return session?.sessionId === sessionId && itsToken === token && !session.isOver() ? session : undefined
  }

  /**
   * The session of this call that is here, unless another process has had it meanwhile: then what that one wrote counts,
   * not what is remembered here. While the database is away or slow, that can't be known, and the call goes on.
   */
  async function remembered(setup: SetupFrame, token: string): Promise<Session | undefined> {
    const session = find(setup, token)
    if (!session) return undefined
    const { promise: late, resolve } = Promise.withResolvers<null>()
    const cancelLate = clock.after(relayBounds.lookUpMs, () => resolve(null))
    const written = await Promise.race([loader.load(live.get(setup.callSid)!.ref).catch(() => null), late])
    cancelLate()
    if (written && session.isOutdated(written.history)) await session.close('replaced')
    return find(setup, token)
  }

  async function verify(token: string, callSid: string) {
    const nowMs = clock.nowMs()
    const verified = tokens.verify(token, nowMs).then((claims) => ({ ...claims, isExpired: false }))
    // Twilio reconnects with the `setup` of long ago. The session that used the token then is told apart by the loader.
    const claims = await verified.catch(async () => ({ ...(await tokens.verify(token, 0)), isExpired: true }))
    if (claims.callSid !== callSid) throw new Failure('token-invalid', "The token is another call's")
    return claims
  }

  async function askForWrapUp(ref: ConversationRef, callSid: string) {
    await journal.flush(ref)
    await deps.wrapUps.start(ref, callSid)
  }

  function keepEnding(callSid: string, last: Promise<void>) {
    const ending = last
      .catch((error: unknown) => {
        logger.error({ ...describeError(error), callSid }, 'the end of a call was not told')
        metrics.faults.inc({ where: 'call' })
      })
      .finally(() => endings.delete(ending))
    endings.add(ending)
  }

  /**
   * Finds or makes the session that a `setup` names, and puts it on the wire.
   * @throws Failure `token-invalid`, `token-used`, `not-found`, `database-unavailable`, or why no new call is taken
   */
  async function begin(setup: SetupFrame, wire: Wire): Promise<Session> {
    const token = setup.customParameters?.token
    if (typeof token !== 'string') throw new Failure('token-invalid', 'There is no token')
    const { callSid, sessionId } = setup
    const isHere = live.has(callSid)
    const known = await remembered(setup, token)
    if (known) return reconnect(known, wire)

    const { isExpired, tokenId, mode, accountId, conversationId } = await verify(token, callSid)
    const refusal = admission.refusal()
    const isNew = mode === 'normal' || refusal !== 'process-overloaded'
    if (refusal && isNew && !isHere) throw new Failure(refusal, 'No new call is taken')
    const ref = { accountId, conversationId }
    const isClaimedBefore = await loader.claim({ ...ref, tokenId, sessionId, isExpired, atMs: clock.nowMs() })
    const twin = () => find(setup, token)
    if (!twin()) await live.get(callSid)?.session.close('replaced')
    await journal.flush(ref)
    const call = await loader.load(ref)
    const sooner = twin()
    if (sooner) return reconnect(sooner, wire)
    // The process that claimed the session may have come no further.
    const isResumed = isClaimedBefore && call.history.length > 0

    const session = createSession({
      ...deps,
      ref,
      callSid,
      sessionId,
      mode,
      call,
      isResumed,
      recording: deps.recordingOf(ref, callSid),
      writer: deps.newId(),
      onOver(isCallOver, lastLine) {
        if (live.get(callSid)?.session === session) live.delete(callSid)
        metrics.sessions.set(live.size)
        if (live.size === 0) whenEmpty()
        keepEnding(callSid, isCallOver ? lastLine.then(() => askForWrapUp(ref, callSid)) : lastLine)
      },
    })
    live.set(callSid, { session, token, ref })
    metrics.sessions.set(live.size)
    metrics.sessionsBegun.inc({ how: isResumed ? 'taken-over' : mode })
    logger.info({ callSid, sessionId, mode, isResumed }, 'session begun')
    session.attach(wire)
    return session
  }

  function reconnect(session: Session, wire: Wire): Session {
    metrics.sessionsBegun.inc({ how: 'reconnected' })
    session.attach(wire)
    return session
  }

  return {
    begin,
    get size() {
      return live.size
    },
    /** True while Twilio is to connect again to a call that is held here. */
    get isAwaitingOne() {
      return live.values().some(({ session }) => !session.isConnected())
    },
    /** Resolves once every call has ended; those that are left after `withinMs` are left to other processes. */
    async drain(withinMs: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>()
      const cancel = clock.after(withinMs, resolve)
      whenEmpty = resolve
      if (live.size === 0) resolve()
      await promise
      cancel()
      await Promise.all([...live.values()].map(({ session }) => session.close('drained')))
    },
    /** Resolves once all calls that were let go of have said their last line, and those that have ended asked for their wrap-ups. */
    async settled(): Promise<void> {
      await Promise.all(endings)
    },
  }
}
