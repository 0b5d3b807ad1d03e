import type { CallRecord } from './call-record.ts'
import { newSid } from './call-record.ts'
import type { TalkCycle } from './playout.ts'
import { createPlayout } from './playout.ts'
import type { PublicOrigins } from './public-edge.ts'
import type { RelayFrame } from './relay-frames.ts'
import { parseRelayFrame } from './relay-frames.ts'
import { allows, asInterruption, isBackchannel, isMultiWithoutItsProviders } from './relay-rules.ts'
import { openRelaySocket } from './relay-socket.ts'
import type { TwimlElement } from './twiml.ts'

const maxMalformed = 10

export interface RelaySessionDeps {
  call: CallRecord
  accountSid: string
  authToken: string
  origins: PublicOrigins
  wordMs: number
  reconnect: { attempts: number; delayMs: number }
  repeatedAfterReconnect(): number
  nowMs(): number
  after(ms: number, run: () => void): () => void
  onOpen(hasGreeting: boolean): void
  /** `sinceInputMs`: from the caller's last final prompt to this word. */
  onWord(word: string, cycle: TalkCycle, sinceInputMs: number | null): void
  onCycleEnd(cycle: TalkCycle, isPreempted: boolean): void
  onInterrupted(heard: string): void
  /** The caller spoke over something that may not be interrupted. */
  onUnheard(): void
  onReconnect(state: 'lost' | 'back'): void
  onFrame(direction: 'sent' | 'received', frame: string): void
  note(level: 'warning' | 'error', code: number, message: string): void
}

type Outcome =
  | { status: 'ended'; handoffData: string | undefined }
  | { status: 'failed'; errorCode: number; errorMessage: string }
  | { status: 'completed' }
export type SessionResult = Outcome & { sessionId: string; seconds: number }

export type RelaySession = ReturnType<typeof startRelaySession>

/** One ConversationRelay session: Twilio's side of PROTOCOL.md sections 1 to 4 and 7. */
export function startRelaySession(element: TwimlElement, deps: RelaySessionDeps) {
  const { nowMs, after, note } = deps
  const { attributes } = element
  const sessionId = newSid('VX')
  const startedAtMs = nowMs()
  const events = `${attributes.events ?? ''} ${attributes.debug ?? ''}`
  let transcriptionLanguage = attributes.transcriptionLanguage ?? attributes.language ?? 'en-US'
  let isOver = false
  let malformedInARow = 0
  let inputAtMs: number | null = null
  let unreported = ''
  let bargeIn: { words: string; afterWords: number } | null = null
  const { promise: result, resolve: settle } = Promise.withResolvers<SessionResult>()

  const playout = createPlayout({
    wordMs: deps.wordMs,
    nowMs,
    after,
    onWord(word, cycle) {
      unreported += word
      if (/[.!?;:,]$/.test(word) || unreported.split(/\s+/).length > 5) reportPlayed()
      deps.onWord(word, cycle, inputAtMs === null ? null : performance.now() - inputAtMs)
      if (bargeIn && cycle.source !== 'greeting' && (bargeIn.afterWords -= 1) <= 0) sayBargeIn()
    },
    onSpeaking(isSpeaking) {
      reportPlayed()
      if (events.includes('speaker-events')) info('agentSpeaking', isSpeaking ? 'on' : 'off')
    },
    onCycleEnd(cycle, isPreempted) {
      deps.onCycleEnd(cycle, isPreempted)
      if (!isPreempted && cycle.source === 'reply' && cycle.heard && !cycle.isPreemptible) sayBargeIn()
    },
  })

  const socket = isMultiWithoutItsProviders(attributes)
    ? null
    : openRelaySocket({
        ...deps,
        url: attributes.url!,
        setup: JSON.stringify(setupMessage()),
        isReconnecting: attributes.applicationReconnect === 'true',
        onOpen: greet,
        onMessage: receive,
        onSent: (data) => deps.onFrame('sent', data),
        onOverflow: () => note('warning', 64105, 'More than 500 events while the application was away: the newest are lost'),
        onFailed(errorCode, errorMessage) {
          note('error', errorCode, errorMessage)
          finish({ status: 'failed', errorCode, errorMessage })
        },
      })
  if (!socket) finish({ status: 'failed', errorCode: 64101, errorMessage: 'Language multi needs Deepgram and ElevenLabs' })

  function send(event: object) {
    if (!isOver) socket?.send(event)
  }

  function info(name: string, value: string) {
    send({ type: 'info', name, value, ts: Date.now() })
  }

  function reportPlayed() {
    if (unreported && events.includes('tokens-played')) info('tokensPlayed', unreported.trim())
    unreported = ''
  }

  function sayBargeIn() {
    const words = bargeIn?.words
    bargeIn = null
    if (words !== undefined) hear(words)
  }

  /** The caller says words: an interruption first, if something is being spoken that may be interrupted. */
  function hear(words: string) {
    const cycle = playout.speaking()
    if (cycle) {
      const isInterrupting = allows('speech', cycle.interruptible)
      const isReported = isInterrupting || allows('speech', attributes.reportInputDuringAgentSpeech)
      if (!isReported || (attributes.ignoreBackchannel === 'true' && isBackchannel(words))) return deps.onUnheard()
      if (isInterrupting) interrupt()
    }
    const lang = transcriptionLanguage === 'multi' ? 'en' : transcriptionLanguage
    const prompt = (voicePrompt: string, last: boolean) => send({ type: 'prompt', voicePrompt, lang, last })
    if (events.includes('speaker-events')) info('clientSpeaking', 'on')
    if (attributes.partialPrompts === 'true' && attributes.speechModel === 'flux') {
      const spoken = words.split(' ')
      if (spoken.length > 3) prompt(spoken.slice(0, Math.ceil(spoken.length / 2)).join(' '), false)
      prompt(words, false)
    }
    if (events.includes('speaker-events')) info('clientSpeaking', 'off')
    inputAtMs = performance.now()
    prompt(words, true)
  }

  function interrupt() {
    const { heard, durationMs } = playout.interrupt()
    const utteranceUntilInterrupt = heard.replaceAll(/\s+/g, ' ').trim()
    send({ type: 'interrupt', utteranceUntilInterrupt, durationUntilInterruptMs: Math.round(durationMs) })
    deps.onInterrupted(utteranceUntilInterrupt)
  }

  function press(digits: string) {
    for (const digit of digits) {
      const cycle = playout.speaking()
      const isInterrupting = cycle !== null && allows('dtmf', cycle.interruptible)
      if (isInterrupting) interrupt()
      inputAtMs = performance.now()
      const isReported = !cycle || isInterrupting || allows('dtmf', attributes.reportInputDuringAgentSpeech)
      if (isReported && attributes.dtmfDetection === 'true') send({ type: 'dtmf', digit })
    }
  }

  function receive(data: string) {
    deps.onFrame('received', data)
    const frame = parseRelayFrame(data)
    if (frame) {
      malformedInARow = 0
      return obey(frame)
    }
    malformedInARow += 1
    note('error', 64107, `Invalid message received: ${data.slice(0, 200)}`)
    send({ type: 'error', description: `Invalid message received: ${data.slice(0, 1_000)}` })
    if (malformedInARow < maxMalformed) return
    const errorMessage = 'Too many consecutive malformed messages'
    note('error', 64105, errorMessage)
    socket?.close(1007, errorMessage)
    finish({ status: 'failed', errorCode: 64105, errorMessage })
  }

  function obey(frame: RelayFrame) {
    if (frame.type === 'text') {
      playout.add(frame.token, {
        isLast: frame.last,
        source: 'reply',
        interruptible: asInterruption(frame.interruptible?.toString() ?? attributes.interruptible),
        isPreemptible: frame.preemptible ?? attributes.preemptible === 'true',
      })
    } else if (frame.type === 'play') {
      const interruptible = asInterruption(frame.interruptible?.toString() ?? attributes.interruptible)
      playout.add(`[${frame.source}]`, { isLast: true, source: 'play', interruptible, isPreemptible: frame.preemptible })
    } else if (frame.type === 'language') {
      transcriptionLanguage = frame.transcriptionLanguage ?? transcriptionLanguage
    } else if (frame.type === 'end') {
      const unheard = playout.stop()
      if (unheard > 0) note('warning', 0, `'end' came ${unheard} words before the end of what was being spoken: the caller did not hear them`)
      socket?.close()
      finish({ status: 'ended', handoffData: frame.handoffData })
    }
  }

  function finish(outcome: Outcome) {
    if (isOver) return
    isOver = true
    playout.stop()
    settle({ ...outcome, sessionId, seconds: Math.max(0, Math.round((nowMs() - startedAtMs) / 1_000)) })
  }

  function setupMessage() {
    const { sid: callSid, from, to, direction } = deps.call
    const parameters = element.children.filter(({ name }) => name === 'Parameter').map((child) => [child.attributes.name, child.attributes.value])
    return {
      type: 'setup',
      sessionId,
      accountSid: deps.accountSid,
      parentCallSid: '',
      callSid,
      from,
      to,
      forwardedFrom: '',
      callType: 'PSTN',
      callerName: '',
      direction,
      callStatus: 'RINGING',
      customParameters: Object.fromEntries(parameters),
    }
  }

  function greet() {
    const interruptible = asInterruption(attributes.welcomeGreetingInterruptible)
    const greeting = attributes.welcomeGreeting?.trim() ?? ''
    deps.onOpen(greeting !== '')
    if (greeting) playout.add(greeting, { isLast: true, source: 'greeting', interruptible, isPreemptible: false })
  }

  return {
    result,
    hear,
    press,
    /** Talks into the reply to come (or being spoken) once so many of its words were heard; right after it when it is shorter. */
    bargeIn(words: string, afterWords: number) {
      bargeIn = { words, afterWords }
      if (afterWords <= 0 && playout.speaking()) sayBargeIn()
    },
    isListening: () => !isOver && (socket?.isUp() ?? false),
    /** The call is over: the caller hung up, or it was ended by API. */
    hangUp() {
      socket?.close()
      finish({ status: 'completed' })
    },
  }
}
