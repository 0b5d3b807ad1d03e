import type { Message } from '../domain/conversation.ts'
import type { Clock } from './clock.ts'
import { guarded } from './clock.ts'
import { contain } from './contain.ts'
import { describeError } from './describe-error.ts'
import { endFrame, type TwilioFrame } from './frames.ts'
import { leftBehind, takeOversOf } from './left-behind.ts'
import { createLine, type Wire } from './line.ts'
import { relayBounds } from './relay-bounds.ts'
import { createTalk, type TalkOptions } from './talk.ts'

export interface SessionOptions extends Omit<TalkOptions, 'left' | 'send' | 'onFault' | 'onEnd'> {
  callSid: string
  /** Twilio reconnects a session that another process began. */
  isResumed: boolean
  clock: Clock
  /** The session is over; all that it had to say is with the journal once `lastLine` is. False when the call goes on elsewhere. */
  onOver(isCallOver: boolean, lastLine: Promise<void>): void
}

export type Session = ReturnType<typeof createSession>

/**
 * One ConversationRelay session of a call. It outlives its socket for a while: what it says meanwhile waits for the
 * next one. Nothing here waits for the database, and no frame makes it throw.
 */
export function createSession(options: SessionOptions) {
  const { callSid, sessionId, isResumed, recording, metrics, writer } = options
  const { history } = options.call
  const logger = options.logger.child({ callSid })
  const clock = guarded(options.clock, onFault)
  const line = createLine()
  const left = isResumed ? leftBehind(history, sessionId) : null
  const talk = createTalk({ ...options, left, clock, logger, send: line.send, onFault, onEnd: awaitTwilio })
  const takeOversBefore = takeOversOf(history, writer)
  let isBegun = false
  let isOver = false
  let cancelWait = () => {}

  function onFault(error: unknown) {
    logger.error(describeError(error), 'a call broke')
    metrics.faults.inc({ where: 'call' })
  }

  /** Where Twilio is there, for its close after our `end`; else for its return. */
  function awaitTwilio() {
    cancelWait()
    if (!line.isUp()) cancelWait = clock.after(relayBounds.graceMs, () => void close('lost'))
    else if (talk.ended()) cancelWait = clock.after(relayBounds.closeAfterEndMs, () => line.close(1000, 'The session has ended'))
  }

  /** The session is over for this process. */
  async function close(how: 'hung-up' | 'lost' | 'replaced' | 'drained') {
    if (isOver) return
    isOver = true
    cancelWait()
    await talk.close()
    line.close(1012, 'The session goes on elsewhere')
    const ended = talk.ended()
    metrics.sessionsOver.inc({ how: ended ? `ended-${ended.reason}` : how })
    options.onOver(how === 'hung-up' || how === 'lost', talk.recordUnkeptMessage())
  }

  function begin() {
    isBegun = true
    recording.start()
    if (left) talk.takeOver(left)
    else talk.begin()
  }

  function goOn() {
    // Twilio may not have got it.
    const ended = talk.ended()
    if (ended && !line.isBehind()) line.send(endFrame(ended))
    talk.goOn()
  }

  return {
    sessionId,
    receive: (frame: TwilioFrame) => talk.receive(frame),
    close,

    /** Twilio connected, for the first time or again. */
    attach(next: Wire) {
      line.connect(next)
      contain(isBegun ? goOn : begin, onFault)
      line.flush()
      talk.listen()
      awaitTwilio()
    },

    /** The socket is gone. `isClosed`: Twilio closed it, and the call with it; else it may come back. */
    detach(from: Wire, isClosed: boolean) {
      if (!line.disconnect(from)) return
      talk.lose()
      if (isClosed) void close('hung-up')
      else awaitTwilio()
    },

    /** True when `lines`, the transcript, tell of another process that has had the session since. */
    isOutdated: (lines: readonly Message[]): boolean => takeOversOf(lines, writer) > takeOversBefore,

    isConnected: () => line.isUp(),
    isOver: () => isOver,
  }
}
