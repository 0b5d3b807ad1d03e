import { WebSocket } from 'ws'
import type { HandsetAction, HeardSource, LineEvent } from './line-events.ts'
import type { PendingReply, Reply, ReplyEnd } from './pending-reply.ts'
import { createPendingReply } from './pending-reply.ts'

export type { Reply } from './pending-reply.ts'

export interface CallEnd {
  status: string
  durationSeconds: number
  by: 'caller' | 'business' | 'api' | 'line'
}

/** `disclosure`, `greeting`, `announcement`: said in full. `token`: one word, as it is heard, of any of these or of a reply. */
export type PhoneEvent =
  | { type: 'disclosure' | 'greeting' | 'announcement'; text: string }
  | { type: 'token'; source: HeardSource; text: string }
  | ({ type: 'reply-end' } & Reply)
  | { type: 'filler'; text: string }
  | Exclude<LineEvent, { type: 'heard' | 'speech-end' | 'ended' }>
  | ({ type: 'ended' } & CallEnd)

export interface DialOptions {
  to: string
  from: string
  /** Base URL of the Twilio stand-in. */
  twilioUrl: string
  onEvent?: (event: PhoneEvent) => void
  /** So long a caller waits in silence for words, or for more of them. 15 s by default. */
  patienceMs?: number
  /** What `dial` waits for: the greeting heard to its end (default), or only the answer. The end of the call ends the wait, too. */
  waitFor?: 'greeting' | 'answer'
  /** Hangs up when aborted, be it while it still rings. */
  signal?: AbortSignal
}

export interface PhoneCall {
  callSid: string
  /** Says something; resolves with the reply to it. Over a reply that is being spoken, it barges in. */
  say(words: string): Promise<Reply>
  /** Barges in once `afterWords` words (1) of the reply to come, or being spoken, were heard; right after it when it is shorter. */
  interrupt(words: string, options?: { afterWords?: number }): Promise<Reply>
  /** Presses keys: `0`–`9`, `*`, `#`. */
  press(digits: string): void
  /** Says nothing and waits for what is said next. */
  listen(): Promise<Reply>
  /** Resolves when Twilio has made its last callbacks. */
  hangUp(): Promise<void>
  isOver(): boolean
  ended: Promise<CallEnd>
}

/**
 * A person's handset: calls a number through the Twilio stand-in.
 * @throws Error when nobody is at `twilioUrl`, or the number is not in service.
 */
export function dial(options: DialOptions): Promise<PhoneCall> {
  const { to, from, twilioUrl, onEvent = () => {}, patienceMs = 15_000, waitFor = 'greeting' } = options
  const socket = new WebSocket(`${twilioUrl.replace(/^http/, 'ws')}/phone`)
  const connected = Promise.withResolvers<PhoneCall>()
  const ended = Promise.withResolvers<CallEnd>()
  let callSid = ''
  let isOver = false
  let pending: PendingReply[] = []

  const act = (action: HandsetAction) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(action))

  function settleFirst(endedBy: ReplyEnd) {
    const reply = pending.shift()?.settle(endedBy)
    pending[0]?.waitLonger()
    return reply
  }

  function settleAll(endedBy: ReplyEnd, keepsListening = false) {
    const settled = pending.filter(({ isListening }) => !(keepsListening && isListening))
    pending = pending.filter((reply) => !settled.includes(reply))
    settled.forEach((reply) => reply.settle(endedBy))
  }

  function awaitReply(isListening: boolean): Promise<Reply> {
    const reply = createPendingReply(isListening, patienceMs, () => {
      pending = pending.filter((other) => other !== reply)
    })
    if (isOver) return (reply.settle('call-end'), reply.promise)
    if (pending[0] && !pending[0].hasHeard()) settleFirst('superseded')
    pending.push(reply)
    return reply.promise
  }

  function finish(end: CallEnd) {
    if (isOver) return
    isOver = true
    settleAll('call-end')
    onEvent({ type: 'ended', ...end })
    ended.resolve(end)
    connected.resolve(call)
    socket.close()
  }

  const call: PhoneCall = {
    get callSid() {
      return callSid
    },
    say(words) {
      const reply = awaitReply(false)
      act({ type: 'say', words })
      return reply
    },
    interrupt(words, { afterWords = 1 } = {}) {
      if (pending.length === 0) return call.say(words)
      const reply = createPendingReply(false, patienceMs, () => {
        pending = pending.filter((other) => other !== reply)
      })
      pending.push(reply)
      act({ type: 'barge-in', words, afterWords })
      return reply.promise
    },
    press: (digits) => void act({ type: 'press', digits }),
    listen: () => awaitReply(true),
    async hangUp() {
      act({ type: 'hang-up' })
      await ended.promise
    },
    isOver: () => isOver,
    ended: ended.promise,
  }

  function hear(event: LineEvent) {
    if (event.type === 'ringing') callSid = event.callSid
    if (event.type === 'answered' && waitFor === 'answer') connected.resolve(call)
    if (event.type === 'transfer' || (event.type === 'listening' && !event.hasGreeting)) connected.resolve(call)
    if (event.type === 'heard') {
      pending[0]?.hear(event)
      return onEvent({ type: 'token', source: event.source, text: event.text })
    }
    if (event.type === 'speech-end') return hearEnd(event)
    if (event.type === 'ended') return finish({ status: event.status, durationSeconds: event.durationSeconds, by: event.by })
    onEvent(event)
    if (event.type === 'interrupted' && (pending[0]?.hasHeard() || pending.length > 1)) settleFirst('interrupt')
    if (event.type === 'session-end') settleAll('session-end', true)
    if (event.type === 'transfer' && event.status === 'answered') settleAll('transfer')
    if (event.type === 'unheard') pending.pop()?.settle('unheard')
  }

  function hearEnd({ source, text, isPreemptible, isPreempted }: Extract<LineEvent, { type: 'speech-end' }>) {
    if (source === 'reply') {
      if (isPreemptible) return onEvent({ type: 'filler', text })
      if (isPreempted || !pending[0]?.hasHeard()) return
      const reply = settleFirst('reply-end')
      return reply && onEvent({ type: 'reply-end', ...reply })
    }
    if (source === 'play') return
    onEvent({ type: source, text })
    if (pending[0]?.isListening) settleFirst('reply-end')
    if (source === 'greeting') connected.resolve(call)
  }

  options.signal?.addEventListener('abort', () => act({ type: 'hang-up' }))
  socket.on('open', () => act({ type: 'dial', to, from }))
  socket.on('message', (data: Buffer) => hear(JSON.parse(data.toString()) as LineEvent))
  socket.on('error', (error) => connected.reject(new Error(`No telephone line at ${twilioUrl}: ${error.message}`)))
  socket.on('close', (code, reason) => {
    if (code === 1008) return connected.reject(new Error(`The call was not placed: ${reason.toString()}`))
    finish({ status: 'failed', durationSeconds: 0, by: 'line' })
  })
  return connected.promise
}
