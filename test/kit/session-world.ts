import type { Message } from '../../domain/conversation.ts'
import { Failure } from '../../domain/failure.ts'
import type { Logger } from '../../providers/logger.ts'
import { createMetrics } from '../../providers/metrics.ts'
import type { RelayClaims } from '../../providers/relay-token.ts'
import type { ModelPort, ModelRequest } from '../../receptionist/model-port.ts'
import { createReceptionist } from '../../receptionist/receptionist.ts'
import { acceptConnection } from '../../relay/connection.ts'
import type { Journal } from '../../relay/journal.ts'
import { createRelayMetrics } from '../../relay/relay-metrics.ts'
import { createSessions } from '../../relay/sessions.ts'
import { createRecordingStarter } from '../../relay/start-recording.ts'
import type { RelayFrame } from './relay-phone.ts'
import { createManualClock, createScriptedModel, testTenant } from './scripted-turn.ts'
import { createTwilioSocket, type TwilioSocket } from './twilio-socket.ts'

const letters = 'abcdefghijklmnopqrstuvwxyz'
/** Numbers as letters, so that no spoken form changes them. */
export const spelled = (number: number) => letters[Math.floor(number / 26) % 26]! + letters[number % 26]!

/** In all that belongs to call `index`, and in nothing of any other call. */
export const canaryOf = (index: number) => `quil${letters[index]}`
const callSidOf = (index: number) => `CA${String(index).padStart(32, '0')}`
const indexOf = (conversationId: string) => Number(conversationId.slice(-2))

/** What a test makes go wrong that nothing is prepared for; it is no trouble that it is logged. */
export const injected = Object.assign(new Error('quite unexpected'), { name: 'InjectedError' })

const metrics = createRelayMetrics(createMetrics('relay'))
const receptionists = Array.from({ length: 4 }, (_, index) =>
  createReceptionist({
    ...testTenant({
      business: { name: `${canaryOf(index)} Bicycles` },
      greeting: `${canaryOf(index)} Bicycles, how can I help?`,
      faqs: [{ id: 'helmets', question: 'Do you sell helmets?', answer: `Yes, ${canaryOf(index)} ones.` }],
      transfer: { number: '+12065550111', when: 'always' },
      voice: { otherLanguages: ['es-US'] },
    }),
    accountId: `0190a000-0000-7000-8000-0000000000${String(index).padStart(2, '0')}`,
  }),
)

const prefixes = receptionists.map(({ promptPrefix }) => promptPrefix)
const mendReceptionist = (index: number) =>
  Object.defineProperty(receptionists[index]!, 'promptPrefix', { configurable: true, value: prefixes[index] })

export interface WorldCall {
  readonly index: number
  sessionId: string
  token: string
  socket: TwilioSocket | null
  /** By session, in the order in which they were sent, over however many sockets. */
  frames: Map<string, RelayFrame[]>
  lines: Map<string, Message>
  kept: string[]
}
export interface WorldStream {
  call: number
  relay: number
  request: ModelRequest
  readonly isCancelled: boolean
  readonly isOver: boolean
  push: ReturnType<typeof createScriptedModel>['streams'][number]['push']
}

/** Relays' sessions over sockets, a database and a model in memory: every event happens when the test says so. */
export function createSessionWorld(callCount: number) {
  const clock = createManualClock()
  const trouble: string[] = []
  const streams: WorldStream[] = []
  const claims = new Map<string, string>()
  const waiting: { resolve: () => void; reject: (error: Failure) => void }[] = []
  let isDatabaseSlow = false
  let isModelBroken = false
  let broken: ((lines: readonly Message[]) => Error | null) | null = null
  let ids = 0
  prefixes.forEach((_, index) => mendReceptionist(index))

  const calls = Array.from({ length: callCount }, (_, index): WorldCall => {
    return { index, sessionId: '', token: '', socket: null, frames: new Map(), lines: new Map(), kept: [] }
  })
  const logger = {
    info: () => {},
    warn: () => {},
    error: (fields: { kind?: string }, message: string) => fields.kind !== injected.name && trouble.push(`${message}: ${JSON.stringify(fields)}`),
    child: () => logger,
  } as unknown as Logger

  async function database<T>(value: () => T): Promise<T> {
    if (isDatabaseSlow) await new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }))
    return value()
  }
  const journal = {
    write: ({ conversationId }, lines) => {
      const fault = broken?.(lines)
      if (fault) {
        broken = null
        throw fault
      }
      for (const line of lines) calls[indexOf(conversationId)]!.lines.set(line.key, line)
    },
    flush: () => database(() => {}).catch(() => {}),
    keepMessage: ({ conversationId }, _, { text }) => database(() => void calls[indexOf(conversationId)]!.kept.push(text)),
    optOutContact: (ref) =>
      database(() => {
        const line: Message = { key: 'contact-opted-out', seq: 0, atMs: clock.nowMs(), role: 'event', text: '', event: 'contact-opted-out', isInterrupted: false, firstTokenMs: null, passages: [] }
        journal.write(ref, [line])
      }),
    claimRecording: () => database(() => true),
    setRecording: (_, { state }) => database(() => state),
    drain: async () => 0,
  } satisfies Journal

  function modelOf(relay: number): ModelPort {
    const scripted = createScriptedModel()
    return {
      stream(request, options, tell) {
        if (isModelBroken) {
          isModelBroken = false
          throw injected
        }
        const cancel = scripted.port.stream(request, options, tell)
        const call = prefixes.indexOf(request.messages[0]!.content)
        streams.push(Object.assign(scripted.streams.at(-1)!, { call, relay }))
        return cancel
      },
    }
  }
  const relays = [0, 1].map((relay) =>
    createSessions({
      tokens: { verify: async (token) => JSON.parse(token) },
      loader: {
        claim: ({ tokenId, sessionId }) =>
          database(() => {
            const owner = claims.get(tokenId)
            if (owner !== undefined && owner !== sessionId) throw new Failure('token-used')
            claims.set(tokenId, sessionId)
            return owner !== undefined
          }),
        load: ({ conversationId }) =>
          database(() => {
            const index = indexOf(conversationId)
            const history = [...calls[index]!.lines.values()].toSorted((a, b) => a.atMs - b.atMs || a.seq - b.seq)
            return { receptionist: receptionists[index]!, history, startedAtMs: clock.nowMs() }
          }),
      },
      model: modelOf(relay),
      journal,
      recordingOf: createRecordingStarter({
        journal,
        voice: { startRecording: () => database(() => 'RE1'), stopRecording: () => database(() => {}) },
        statusCallback: 'https://voice.ironvoice.test/twilio/recording',
        clock,
        logger,
        metrics,
      }),
      wrapUps: { start: async () => {} },
      admission: { refusal: () => null },
      clock,
      newId: () => `writer-${(ids += 1)}`,
      metrics,
      logger,
    }),
  )

  function connect(call: WorldCall, relay: number) {
    const { sessionId, token, index } = call
    const frames = call.frames.get(sessionId) ?? []
    call.frames.set(sessionId, frames)
    call.socket = createTwilioSocket((frame, isOpen) => {
      frames.push(frame)
      if (!isOpen) trouble.push(`call ${index} was sent ${JSON.stringify(frame)} on a closed socket`)
    })
    acceptConnection(call.socket.socket, { raw: { cork() {}, uncork() {} }, sessions: relays[relay]!, clock, metrics, logger })
    call.socket.receive({ type: 'setup', sessionId, callSid: callSidOf(index), customParameters: { token } })
  }

  return {
    clock,
    calls,
    streams,
    trouble,
    /** Gives the call a session of its own and connects it. */
    beginSession(call: WorldCall, mode: RelayClaims['mode'], relay: number) {
      call.sessionId = `VX${(ids += 1)}`
      const accountId = receptionists[call.index]!.tenant.accountId
      const claims = { accountId, conversationId: `conversation-${String(call.index).padStart(2, '0')}`, callSid: callSidOf(call.index), mode }
      call.token = JSON.stringify({ ...claims, tokenId: `token-${call.sessionId}` })
      connect(call, relay)
    },
    /** Twilio comes back with the session that it had. */
    connect,
    /** The next lines that `isTheOne` of are not written: that throws. */
    breakWrite(isTheOne: (lines: readonly Message[]) => boolean, error: Error) {
      broken = (lines) => (isTheOne(lines) ? error : null)
    },
    /** The next turn that asks a model for the call breaks. */
    breakTurn({ index }: WorldCall, error: Error) {
      const get = () => {
        mendReceptionist(index)
        throw error
      }
      Object.defineProperty(receptionists[index]!, 'promptPrefix', { configurable: true, get })
    },
    /** The next request is not even made: that throws. */
    breakModel: () => void (isModelBroken = true),
    /** From now on the database answers when it is told to. */
    slowDatabase: () => void (isDatabaseSlow = true),
    answerDatabase(isAway: boolean) {
      isDatabaseSlow = false
      for (const { resolve, reject } of waiting.splice(0)) {
        if (isAway) reject(new Failure('database-unavailable'))
        else resolve()
      }
    },
    get isDatabaseSlow() {
      return isDatabaseSlow
    },
    get isDatabaseIdle() {
      return waiting.length === 0
    },
    get liveSessions() {
      return relays.reduce((sum, { size }) => sum + size, 0)
    },
    drain: (withinMs: number) => Promise.all(relays.map(({ drain }) => drain(withinMs))),
    settled: () => Promise.all(relays.map(({ settled }) => settled())),
  }
}
export type SessionWorld = ReturnType<typeof createSessionWorld>
