import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { Failure } from '../domain/failure.ts'
import type { Logger } from '../providers/logger.ts'
import type { Clock } from './clock.ts'
import { contain } from './contain.ts'
import { describeError } from './describe-error.ts'
import { endFrame, readFrame, type TwilioFrame } from './frames.ts'
import { relayBounds } from './relay-bounds.ts'
import type { RelayMetrics } from './relay-metrics.ts'
import type { Wire } from './line.ts'
import type { Session } from './session.ts'
import type { Sessions } from './sessions.ts'

export interface ConnectionDeps {
  /** What the socket's frames go out over. */
  raw: Pick<Duplex, 'cork' | 'uncork'>
  sessions: Pick<Sessions, 'begin'>
  clock: Clock
  metrics: RelayMetrics
  logger: Logger
}

// RFC 6455, 7.4.1
const closeCodes = { normal: 1000, none: 1005, policyViolation: 1008, tryAgainLater: 1013, invalidPayload: 1007 } as const

const isAway = (error: unknown) => error instanceof Failure && error.code === 'database-unavailable'

/** One socket of Twilio's: nothing counts before its `setup` holds; after that its frames are the session's. */
export function acceptConnection(socket: WebSocket, { raw, sessions, clock, metrics, logger }: ConnectionDeps): void {
  let setup: 'awaited' | 'looked-into' | 'done' | 'refused' = 'awaited'
  let session: Session | null = null
  let early: TwilioFrame[] = []
  let malformedInARow = 0
  let cancelRetry = () => {}
  const cancelSetup = clock.after(relayBounds.setupMs, () => {
    if (setup === 'awaited') refuse(new Failure('request-malformed', 'No setup came'))
    else refuse(new Failure('database-unavailable', 'The session did not begin in time'))
  })

  let isPacking = false
  /** What is sent at once leaves at once: one read of the model's stream may hold several tokens. */
  function pack() {
    if (isPacking) return
    isPacking = true
    raw.cork()
    process.nextTick(() => {
      isPacking = false
      raw.uncork()
    })
  }

  const wire: Wire = {
    send(frame) {
      if (socket.readyState !== socket.OPEN) return false
      if (socket.bufferedAmount > relayBounds.maxUnsentBytes) {
        metrics.socketsGivenUp.inc({ why: 'unread' })
        socket.terminate()
        return false
      }
      pack()
      socket.send(frame)
      return true
    },
    close: (code, reason) => socket.close(code, reason),
  }

  function refuse(error: unknown) {
    const failure = error instanceof Failure ? error : new Failure('internal', 'The set-up broke', { cause: error })
    setup = 'refused'
    early = []
    cancelSetup()
    metrics.refusals.inc({ code: failure.code })
    logger.warn(describeError(error), 'session refused')
    if (isAway(failure)) return giveBack(failure)
    socket.close(failure.isRetryable ? closeCodes.tryAgainLater : closeCodes.policyViolation, failure.code)
  }

  /** Closed on, Twilio would connect again and again, its caller hearing nothing. Told to end, it asks `action` what to do. */
  function giveBack({ code }: Failure) {
    wire.send(endFrame({ reason: 'model-failed', detail: code }))
    cancelRetry = clock.after(relayBounds.closeAfterEndMs, () => socket.close(closeCodes.tryAgainLater, code))
  }

  function receive(data: RawData, isBinary: boolean) {
    if (setup === 'refused') return
    const read = isBinary ? { malformed: 'binary' } : readFrame(data.toString())
    if ('malformed' in read) return countMalformed(read.malformed)
    malformedInARow = 0
    if ('unknown' in read) return metrics.ignoredFrames.inc({ reason: 'unknown' })
    const { frame } = read
    if (setup === 'awaited') return void begin(frame)
    if (frame.type === 'setup') return metrics.ignoredFrames.inc({ reason: 'duplicate' })
    if (session) return session.receive(frame)
    early.push(frame)
    if (early.length > relayBounds.maxFramesBeforeSession) refuse(new Failure('request-too-large', 'Too much before the session'))
  }

  function countMalformed(type: string) {
    metrics.malformedFrames.inc({ type })
    if (type === 'setup' && setup === 'awaited') return refuse(new Failure('request-malformed', 'The setup can not be read'))
    malformedInARow += 1
    if (malformedInARow < relayBounds.maxMalformedInARow) return
    socket.close(closeCodes.invalidPayload, 'Too many consecutive malformed messages')
  }

  async function begin(frame: TwilioFrame) {
    if (frame.type !== 'setup') return refuse(new Failure('request-malformed', 'Something came before the setup'))
    setup = 'looked-into'
    try {
      const begun = await sessions.begin(frame, wire)
      if (setup !== 'looked-into' || socket.readyState !== socket.OPEN) return begun.detach(wire, false)
      setup = 'done'
      session = begun
      cancelSetup()
      for (const waiting of early.splice(0)) contain(() => begun.receive(waiting), broke)
    } catch (error) {
      const isAwaited = setup === 'looked-into' && socket.readyState === socket.OPEN
      if (isAwaited && isAway(error)) cancelRetry = clock.after(relayBounds.setupRetryMs, () => void begin(frame))
      // One that was refused for taking too long has been answered and counted.
      else if (setup === 'looked-into') refuse(error)
    }
  }

  function broke(error: unknown) {
    logger.error(describeError(error), 'a frame broke its session')
    metrics.faults.inc({ where: 'frame' })
  }

  socket.on('message', (data, isBinary) => contain(() => receive(data, isBinary), broke))
  // Protocol errors (too large, not UTF-8, not a WebSocket frame): the library closes with the code for it.
  socket.on('error', (error: Error & { code?: string }) => metrics.malformedFrames.inc({ type: error.code ?? 'socket' }))
  socket.on('close', (code) => {
    cancelSetup()
    cancelRetry()
    contain(() => session?.detach(wire, code === closeCodes.normal || code === closeCodes.none), broke)
  })
}
