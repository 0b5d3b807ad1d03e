import { setImmediate as settle } from 'node:timers/promises'
import fc from 'fast-check'
import type { RelayFrame } from '../test/kit/relay-phone.ts'
import { troubleInFrames, troubleInRequests } from '../test/kit/relay-trouble.ts'
import { propertyRuns, propertyTimeoutMs } from '../test/kit/property-runs.ts'
import { toolCall, type Step } from '../test/kit/scripted-turn.ts'
import { canaryOf, createSessionWorld, injected, spelled, type WorldCall, type WorldStream } from '../test/kit/session-world.ts'
import { relayBounds } from './relay-bounds.ts'

const callCount = 3
const setWords = ['yes', 'no', 'never mind', 'stop recording', 'I want to speak to a person', 'there is a fire', 'goodbye', 'take me off your list']
const garbage = ['{', 'null', '{"type":"prompt"}', '{"type":"setup"}', '{"type":"info","name":"tokensPlayed","value":{}}', '{"type":"weather"}', '{"type":"dtmf","digit":"99"}']
const modelMoves = ['say', 'say', 'say', 'end', 'fail', 'filter', 'take_message', 'transfer_to_human', 'end_call', 'change_language', 'report_knowledge_gap', 'nonsense', 'flood'] as const

const call = fc.nat(callCount - 1)
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('prompt' as const), call }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('words' as const), call, words: fc.constantFrom(...setWords) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('same-prompt' as const), call }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('partial' as const), call, isWhole: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('interrupt' as const), call, heard: fc.option(fc.nat(40)) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('dtmf' as const), call, digit: fc.constantFrom('0', '1', '#', '*') }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('voice' as const), call, name: fc.constantFrom('agentSpeaking', 'clientSpeaking'), isOn: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('played' as const), call }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('garbage' as const), call, frame: fc.constantFrom(...garbage) }) },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('model' as const), at: fc.nat(3), move: fc.constantFrom(...modelMoves) }) },
  { weight: 5, arbitrary: fc.constant({ type: 'settle' as const }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('pass' as const), ms: fc.constantFrom(1, 400, 600, 1_500, 2_000, 4_000, 12_000, 31_000) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('pass' as const), ms: fc.constantFrom(300_000, 3_600_000) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('lag' as const), ms: fc.constantFrom(500, 5_000, 40_000) }) },
  { weight: 1, arbitrary: fc.constantFrom({ type: 'break-model' as const }, { type: 'break-journal' as const }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('break-turn' as const), call }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('hang-up' as const), call }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('drop' as const), call }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('come-back' as const), call, isMoved: fc.boolean(), replays: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restore' as const), call, mode: fc.constantFrom('restored' as const, 'take-message' as const) }) },
  { weight: 1, arbitrary: fc.constantFrom({ type: 'slow-database' as const }, { type: 'answer-database' as const, isAway: false }, { type: 'answer-database' as const, isAway: true }) },
)
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never

/** What was once found wrong. */
const found: [Action[]][] = [
  // A set-up that the database refused after we had given it up was called a broken session.
  [[{ type: 'slow-database' }, { type: 'pass', ms: 300_000 }, { type: 'answer-database', isAway: true }]],
  // A process that took a call over in the middle of a talk cycle left it open.
  [
    [
      { type: 'settle' },
      { type: 'prompt', call: 0 },
      { type: 'model', at: 0, move: 'say' },
      { type: 'settle' },
      { type: 'drop', call: 0 },
      { type: 'come-back', call: 0, isMoved: true, replays: 0 },
      { type: 'settle' },
      { type: 'model', at: 0, move: 'say' },
      { type: 'settle' },
    ],
  ],
  // A call that came back to its process while the database was slow was given back.
  [
    [
      { type: 'pass', ms: 1 },
      { type: 'slow-database' },
      { type: 'prompt', call: 0 },
      { type: 'drop', call: 0 },
      { type: 'come-back', call: 0, isMoved: false, replays: 0 },
      { type: 'pass', ms: 12_000 },
    ],
  ],
  // Words in the moment between two turns began a second turn beside the next one.
  [
    [
      { type: 'pass', ms: 1 },
      { type: 'words', call: 2, words: 'there is a fire' },
      { type: 'come-back', call: 0, isMoved: false, replays: 0 },
      { type: 'words', call: 0, words: 'yes' },
      { type: 'words', call: 2, words: 'yes' },
      { type: 'prompt', call: 2 },
    ],
  ],
  // Words between a key and the end of its digits were answered twice when both were replayed to another process.
  [
    [
      { type: 'settle' },
      { type: 'dtmf', call: 0, digit: '0' },
      { type: 'prompt', call: 0 },
      { type: 'dtmf', call: 0, digit: '#' },
      { type: 'drop', call: 0 },
      { type: 'come-back', call: 0, isMoved: true, replays: 3 },
    ],
  ],
  // Words that were reported twice after a reconnect were answered once more.
  [[{ type: 'settle' }, { type: 'prompt', call: 0 }, { type: 'drop', call: 0 }, { type: 'come-back', call: 0, isMoved: true, replays: 1 }, { type: 'same-prompt', call: 0 }]],
]

/** Drives the calls by what fast-check thought of, then ends them all; resolves to what went wrong. */
async function play(actions: readonly Action[]): Promise<string[]> {
  const world = createSessionWorld(callCount)
  const { calls, streams, trouble, clock } = world
  const sides = calls.map((call) => ({ call, relay: 0, said: 0, isOver: false, sent: [] as { frame: object; atMs: number }[], replayedUntilMs: 0, droppedAtMs: -Infinity, isConnecting: true, streamsAtHangUp: Infinity }))
  type Side = (typeof sides)[number]
  /** Where, in its session's frames, a request's answer had to end. */
  const endings = new Map<WorldStream, { frames: RelayFrame[]; at: number }>()
  const framesOf = ({ sessionId, frames }: WorldCall) => frames.get(sessionId) ?? []

  /** But for a guess at `words`, whose answer begins. */
  function answersEnd({ call, relay }: Side, words: string | null = null) {
    const frames = framesOf(call)
    for (const stream of streams) {
      const isGuess = words !== null && stream.request.messages.findLast(({ role }) => role === 'user')!.content.includes(words)
      if (!isGuess && stream.call === call.index && stream.relay === relay && !endings.has(stream)) endings.set(stream, { frames, at: frames.length })
    }
  }

  function send(side: Side, frame: { type: string }) {
    if (!side.call.socket?.isOpen) return
    side.call.socket.receive(frame)
    side.sent.push({ frame, atMs: clock.nowMs() })
  }

  function prompt(side: Side, voicePrompt: string) {
    if (!side.call.socket?.isOpen) return
    // Set words may be taken for a repetition, and then end nothing; what waits for the line to be back is sent before words are looked at.
    if (!side.isConnecting && !setWords.includes(voicePrompt)) answersEnd(side, voicePrompt)
    send(side, { type: 'prompt', voicePrompt, last: true } as { type: string })
    side.replayedUntilMs = 0
  }

  function interrupt(side: Side, utteranceUntilInterrupt: string | null) {
    const last = framesOf(side.call).at(-1)
    const isSpeaking = last?.type === 'text' && !last.last && side.call.socket?.isOpen && clock.nowMs() > side.replayedUntilMs
    if (isSpeaking) answersEnd(side)
    send(side, { type: 'interrupt', utteranceUntilInterrupt } as { type: string })
  }

  /** What another process is not told of an end: that ours said so, and the caller may speak over a goodbye. */
  function canComeBack({ call, droppedAtMs }: Side, isMoved: boolean): boolean {
    const last = framesOf(call).at(-1)
    if (last?.type !== 'end') return true
    const isThere = !isMoved && clock.nowMs() - droppedAtMs < relayBounds.graceMs
    return isThere || JSON.parse(last.handoffData).reason === 'transfer'
  }

  function comeBack(side: Side, isMoved: boolean, replays: number) {
    if (isMoved) side.relay = 1 - side.relay
    side.isConnecting = true
    side.droppedAtMs = -Infinity
    world.connect(side.call, side.relay)
    side.replayedUntilMs = clock.nowMs() + relayBounds.replayPauseMs
    for (const { frame } of side.sent.slice(Math.max(0, side.sent.length - replays))) side.call.socket!.receive(frame)
  }

  const stepsOf = (stream: WorldStream, move: (typeof modelMoves)[number]): Step[] => {
    const canary = canaryOf(stream.call)
    if (move === 'say') return [`${canary}s${spelled(streams.indexOf(stream))}t is open. `]
    if (move === 'end') return [{ type: 'end', reason: 'stop' }]
    if (move === 'filter') return [{ type: 'end', reason: 'filter' }]
    if (move === 'fail') return [new Error('the model fell over')]
    if (move === 'flood') return [`${canary} `.repeat(300)]
    const tools = {
      take_message: { callerName: canary, callbackNumber: '', text: `${canary} is broken`, urgency: 'normal' },
      transfer_to_human: { reason: canary },
      end_call: { reason: canary },
      change_language: { language: 'es-US' },
      report_knowledge_gap: { question: canary },
      nonsense: '{"reason":',
    }
    return [toolCall(move, tools[move]), { type: 'end', reason: 'tool-calls' }]
  }

  async function settled() {
    await settle()
    for (const side of sides) side.isConnecting &&= !world.isDatabaseIdle
  }

  async function act(action: Action) {
    if (action.type === 'settle') return settled()
    if (action.type === 'pass') return clock.advance(action.ms).then(settled)
    if (action.type === 'lag') return clock.lag(action.ms).then(settled)
    if (action.type === 'break-model') return world.breakModel()
    if (action.type === 'break-journal') return world.breakWrite(() => true, injected)
    if (action.type === 'slow-database') return world.slowDatabase()
    if (action.type === 'answer-database') return world.answerDatabase(action.isAway)
    if (action.type === 'model') {
      const stream = streams.at(-1 - action.at)
      return stream && stepsOf(stream, action.move).forEach(stream.push)
    }
    const side = sides[action.call]!
    const { call } = side
    call.socket?.answerClose()
    if (action.type === 'come-back') {
      // While the database is away, a process that was left can't know that another one had the call.
      const isMoved = action.isMoved && !world.isDatabaseSlow
      return call.socket?.isClosed && !side.isOver && canComeBack(side, isMoved) && comeBack(side, isMoved, action.replays)
    }
    if (action.type === 'restore') {
      if (!call.socket?.isClosed || side.isOver) return
      side.sent = []
      side.isConnecting = true
      return world.beginSession(call, action.mode, side.relay)
    }
    if (action.type === 'break-turn') return world.breakTurn(call, injected)
    if (action.type === 'drop') return drop(side)
    if (action.type === 'hang-up') return hangUp(side)
    if (action.type === 'prompt') {
      const words = nextWords(side)
      side.said += 1
      return prompt(side, `${words} do you sell helmets`)
    }
    if (action.type === 'words') return prompt(side, action.words)
    if (action.type === 'interrupt') {
      const spoken = framesOf(call).map((frame) => (frame.type === 'text' ? frame.token : '')).join('')
      return interrupt(side, action.heard === null ? null : spoken.slice(-action.heard))
    }
    const last = side.sent.at(-1)
    if (action.type === 'same-prompt') return last?.atMs === clock.nowMs() && 'voicePrompt' in last.frame && call.socket?.receive(last.frame)
    if (action.type === 'partial') {
      const voicePrompt = `${nextWords(side)} do you${action.isWhole ? ' sell helmets' : ''}`
      return call.socket?.receive({ type: 'prompt', voicePrompt, last: false })
    }
    if (action.type === 'dtmf') return send(side, { type: 'dtmf', digit: action.digit } as { type: string })
    if (action.type === 'voice') return call.socket?.receive({ type: 'info', name: action.name, value: action.isOn ? 'on' : 'off' })
    if (action.type === 'played') return call.socket?.receive({ type: 'info', name: 'tokensPlayed', value: `${canaryOf(call.index)} is open` })
    return call.socket?.receive(action.frame)
  }

  /** Words that name what the caller says next. */
  const nextWords = ({ call, said }: Side) => `${canaryOf(call.index)}p${spelled(said + 1)}q`

  function drop(side: Side) {
    if (!side.call.socket?.isOpen) return
    side.call.socket.drop()
    side.droppedAtMs = clock.nowMs()
  }

  function hangUp(side: Side) {
    const { socket } = side.call
    if (!socket?.isOpen) return
    socket.hangUp()
    side.isOver = true
    if (!side.isConnecting) side.streamsAtHangUp = streams.length
  }

  for (const { call } of sides) world.beginSession(call, 'normal', 0)
  for (const action of actions) await act(action)

  world.answerDatabase(false)
  for (let times = 0; times < 3; times += 1) await settled()
  for (const { call, relay } of sides) {
    const isAnswering = streams.some((stream) => stream.call === call.index && stream.relay === relay && !stream.isCancelled)
    const last = framesOf(call).at(-1)
    if (call.socket?.isOpen && !isAnswering && last?.type === 'text' && !last.last) trouble.push(`call ${call.index} waits for the end of what is said`)
  }
  for (const side of sides) hangUp(side)
  for (const { call } of sides) call.socket?.answerClose()
  // The wait for Twilio begins anew where the call is ended during it.
  await clock.advance(3 * relayBounds.graceMs)
  await world.settled()
  if (world.liveSessions > 0) trouble.push(`${world.liveSessions} sessions are left`)
  if (clock.pending > 0) trouble.push(`${clock.pending} timers are left`)
  for (const { call, relay, streamsAtHangUp } of sides) {
    if (!call.socket?.isClosed) trouble.push(`call ${call.index} has its socket still`)
    if (streams.some((stream, at) => stream.call === call.index && stream.relay === relay && at >= streamsAtHangUp)) trouble.push(`call ${call.index} asked the model after hang-up`)
    for (const frames of call.frames.values()) trouble.push(...troubleInFrames(frames, streams).map((what) => `call ${call.index}: ${what}`))
    const everything = JSON.stringify([[...call.frames.values()], [...call.lines.values()], call.kept, streams.filter((stream) => stream.call === call.index).map(({ request }) => request)])
    for (const other of calls) if (other !== call && everything.includes(canaryOf(other.index))) trouble.push(`call ${call.index} has words of call ${other.index}`)
  }
  for (const [stream, { frames, at }] of endings) {
    if (JSON.stringify(frames.slice(at)).includes(`s${spelled(streams.indexOf(stream))}t`)) trouble.push(`request ${streams.indexOf(stream)} was answered after it was cut off`)
  }
  trouble.push(...troubleInRequests(streams))
  streams.forEach((stream, at) => !stream.isOver && trouble.push(`request ${at} is left`))
  return trouble
}

describe('sessions', () => {
  it(
    'whatever comes in whatever order: nothing crashes, leaks, talks on, talks twice, or reaches another call',
    async () => {
      const property = fc.asyncProperty(fc.array(action, { maxLength: 80, size: 'max' }), async (actions) => {
        expect(await play(actions)).toEqual([])
      })
      await fc.assert(property, { ...propertyRuns(150), examples: found })
    },
    propertyTimeoutMs,
  )
})
