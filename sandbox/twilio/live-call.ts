import type { CallRecord } from './call-record.ts'
import { callSeconds, isOver } from './call-record.ts'
import type { Debugger } from './debugger.ts'
import type { Callee } from './dial.ts'
import { dialCallee } from './dial.ts'
import type { HandsetAction, HeardSource, LineEvent } from './line-events.ts'
import type { PublicOrigins } from './public-edge.ts'
import type { Recordings } from './recordings.ts'
import type { RelaySession, RelaySessionDeps } from './relay-session.ts'
import { startRelaySession } from './relay-session.ts'
import { TwilioError } from './twilio-error.ts'
import type { TwimlElement } from './twiml.ts'
import { parseTwiml } from './twiml.ts'
import type { NextDocument } from './verb-results.ts'
import { resolveUrl, sessionParams, twimlRecording } from './verb-results.ts'
import type { Webhooks } from './webhooks.ts'

const maxDocuments = 50

export interface NumberConfig {
  e164: string
  voiceUrl: string
  statusUrl?: string
  fallbackUrl?: string
}

/** How fast the simulated world goes. */
export interface Pace {
  /** One spoken word. */
  wordMs: number
  /** One second of pauses and of telephones that ring. */
  secondMs: number
  /** From the end of a recording to its file. */
  processingMs: number
}

export interface LiveCallDeps {
  call: CallRecord
  number: NumberConfig
  accountSid: string
  authToken: string
  origins: PublicOrigins
  pace: Pace
  reconnect: { attempts: number; delayMs: number }
  webhooks: Webhooks
  recordings: Recordings
  debug: Debugger
  calleeOf(number: string): Callee
  addLeg(leg: CallRecord): void
  repeatedAfterReconnect(): number
  nowMs(): number
  after(ms: number, run: () => void): () => void
  tell(event: LineEvent): void
  onFrame: RelaySessionDeps['onFrame']
  save(): void
}

export type LiveCall = ReturnType<typeof startLiveCall>

/** One call from its first ring to its last callback: fetches TwiML, carries out its verbs, reports. */
export function startLiveCall(deps: LiveCallDeps) {
  const { call, number, pace, webhooks, recordings, debug, tell, nowMs, after } = deps
  const hungUp = new AbortController()
  let endedBy: 'caller' | 'business' | 'api' = 'business'
  let session: RelaySession | null = null
  let documents = 0
  /** The caller heard all that comes before the first conversation, the recording disclosure in particular. */
  let isPreambleOver = false

  const note = (level: 'warning' | 'error', code: number, message: string) => {
    debug.note(level, code, message, call.sid)
    tell({ type: 'debugger', level, code, message })
  }
  const waits = new Set<() => void>()
  /** Over early when the caller hangs up. */
  function wait(ms: number): Promise<void> {
    if (hungUp.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const stop = () => {
        cancel()
        waits.delete(stop)
        resolve()
      }
      const cancel = after(ms, stop)
      waits.add(stop)
    })
  }

  const params = (extra: Record<string, string> = {}): Record<string, string> => ({
    AccountSid: deps.accountSid,
    ApiVersion: '2010-04-01',
    CallSid: call.sid,
    CallStatus: call.status,
    Called: call.to,
    Caller: call.from,
    Direction: call.direction,
    From: call.from,
    To: call.to,
    ...extra,
  })

  /** The document, or the number's fallback in its stead. */
  async function fetchDocument(name: string, url: string, method: string, extra: Record<string, string>): Promise<[TwimlElement[], string]> {
    documents += 1
    if (documents > maxDocuments) throw new TwilioError(12400, `More than ${maxDocuments} documents in one call`)
    const warn = (code: number, message: string) => note('warning', code, message)
    try {
      return [parseTwiml(await webhooks.fetchTwiml(name, url, method, params(extra)), warn), url]
    } catch (error) {
      if (!(error instanceof TwilioError)) throw error
      note('error', error.code, error.message)
      const { fallbackUrl } = number
      if (!fallbackUrl || name === 'fallback') throw error
      const cause = { ErrorCode: String(error.code), ErrorUrl: url }
      return [parseTwiml(await webhooks.fetchTwiml('fallback', fallbackUrl, 'POST', params(cause)), warn), fallbackUrl]
    }
  }

  async function carryOut(name: string, url: string, method: string, extra: Record<string, string> = {}): Promise<void> {
    let next: NextDocument | null = { name, url, method, extra }
    while (next && !hungUp.signal.aborted) {
      const [verbs, base]: [TwimlElement[], string] = await fetchDocument(next.name, next.url, next.method, next.extra)
      next = null
      for (const verb of verbs) {
        if (hungUp.signal.aborted) return
        if (verb.name === 'Reject') return reject(verb)
        answer()
        if (verb.name === 'Hangup') return
        next = await carryOutVerb(verb, base)
        if (next) break
      }
    }
  }

  async function carryOutVerb(verb: TwimlElement, base: string): Promise<NextDocument | null> {
    const { attributes, text } = verb
    if (verb.name === 'Say' || verb.name === 'Play') await announce(verb.name === 'Say' ? text : `[${text}]`, Number(attributes.loop ?? 1))
    if (verb.name === 'Pause') await wait(Number(attributes.length ?? 1) * pace.secondMs)
    if (verb.name === 'Start') recordings.start(call, twimlRecording(verb, base))
    if (verb.name === 'Redirect') return { name: 'redirect', url: new URL(text, base).href, method: attributes.method ?? 'POST', extra: {} }
    const result = verb.name === 'Connect' ? await connect(verb) : verb.name === 'Dial' ? await dial(verb) : null
    if (!result || attributes.action === undefined) return null
    const action = { name: 'action', url: resolveUrl(attributes.action, base), method: attributes.method ?? 'POST', extra: result }
    if (!hungUp.signal.aborted) return action
    await webhooks.report('action', action.url, action.method, params(result))
    return null
  }

  function answer() {
    if (call.status !== 'ringing') return
    call.status = 'in-progress'
    call.startedAtMs = nowMs()
    deps.save()
    tell({ type: 'answered' })
  }

  function reject({ attributes }: TwimlElement) {
    call.status = attributes.reason === 'busy' ? 'busy' : 'no-answer'
  }

  async function announce(text: string, loop: number) {
    const source: HeardSource = isPreambleOver ? 'announcement' : 'disclosure'
    for (let round = 0; round < Math.min(loop || 1_000, 1_000) && !hungUp.signal.aborted; round += 1) {
      for (const word of text.match(/\s*\S+/g) ?? []) {
        tell({ type: 'heard', source, text: word, isPreemptible: false, sinceInputMs: null })
        await wait(pace.wordMs)
        if (hungUp.signal.aborted) return
      }
      tell({ type: 'speech-end', source, text, isPreemptible: false, isPreempted: false })
    }
  }

  async function connect(verb: TwimlElement): Promise<Record<string, string>> {
    isPreambleOver = true
    const element = verb.children[0]
    if (!element) throw new TwilioError(12200, '<Connect> holds no noun')
    session = startRelaySession(element, {
      ...deps,
      wordMs: pace.wordMs,
      note,
      onOpen: (hasGreeting) => tell({ type: 'listening', hasGreeting }),
      onWord: (text, { source, isPreemptible }, sinceInputMs) => tell({ type: 'heard', source, text, isPreemptible, sinceInputMs }),
      onCycleEnd: ({ source, heard, isPreemptible }, isPreempted) =>
        tell({ type: 'speech-end', source, text: heard.trim(), isPreemptible, isPreempted }),
      onInterrupted: (heard) => tell({ type: 'interrupted', heard }),
      onUnheard: () => tell({ type: 'unheard' }),
      onReconnect: (state) => tell({ type: 'reconnect', state }),
    })
    const result = await session.result
    session = null
    tell({ type: 'session-end', status: result.status, errorCode: result.status === 'failed' ? result.errorCode : null })
    return sessionParams(result)
  }

  async function dial(verb: TwimlElement): Promise<Record<string, string>> {
    isPreambleOver = true
    return dialCallee(verb, { ...deps, wait, hasHungUp: () => hungUp.signal.aborted })
  }

  function end(by: typeof endedBy) {
    if (hungUp.signal.aborted || isOver(call)) return
    endedBy = by
    if (call.status === 'ringing') call.status = 'no-answer'
    else call.status = 'completed'
    call.endedAtMs = nowMs()
    hungUp.abort()
    waits.forEach((stop) => stop())
    session?.hangUp()
  }

  async function run() {
    tell({ type: 'ringing', callSid: call.sid })
    try {
      await carryOut('voice', number.voiceUrl, 'POST')
    } catch (error) {
      if (!(error instanceof TwilioError)) throw error
      note('error', error.code, error.message)
      answer()
      isPreambleOver = true
      await announce('We are sorry, an application error has occurred. Goodbye.', 1)
    }
    end('business')
    call.endedAtMs ??= nowMs()
    deps.save()
    recordings.stopAllOf(call.sid)
    await Promise.all([reportStatus(), recordings.settled(call.sid)])
    tell({ type: 'ended', status: call.status, durationSeconds: callSeconds(call), by: endedBy })
  }

  async function reportStatus() {
    if (!number.statusUrl) return
    const seconds = callSeconds(call)
    await webhooks.report('status', number.statusUrl, 'POST', {
      ...params(),
      CallDuration: String(seconds),
      Duration: String(Math.ceil(seconds / 60)),
      Timestamp: new Date(nowMs()).toUTCString(),
      CallbackSource: 'call-progress-events',
      SequenceNumber: '0',
    })
  }

  return {
    sid: call.sid,
    /** Resolves when every callback of the call was sent. */
    done: run(),
    act(action: HandsetAction) {
      if (action.type === 'hang-up') return end('caller')
      if (!session?.isListening()) return tell({ type: 'unheard' })
      if (action.type === 'say') session.hear(action.words)
      if (action.type === 'barge-in') session.bargeIn(action.words, action.afterWords)
      if (action.type === 'press') session.press(action.digits)
    },
    hangUp: end,
    isPreambleOver: () => isPreambleOver,
    isInRelaySession: () => session !== null,
    hearRecording: (sid: string, status: string) => tell({ type: 'recording', sid, status }),
  }
}
