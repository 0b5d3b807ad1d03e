import { once } from 'node:events'
import { WebSocket } from 'ws'
import { nowMs } from './clock.ts'
import type { BenchCall } from './world.ts'

/** One prompt and what came of it. */
export interface Turn {
  promptedMs: number
  firstFrameMs: number | null
  /** The name of the model's reply (model-server.ts) that it was answered with. */
  reply: string | null
  isOver: boolean
}

/** The caller spoke over a reply. */
export interface Interruption {
  atMs: number
  reply: string
  /** Text frames that came after the relay had read of it. */
  framesAfter: number
}

export type Phone = Awaited<ReturnType<typeof dialPhone>>

const name = /^[bcdfgjklmnpqrstv]{4,}\b/i

/** Twilio's end of one call. `call` is null for a subject that knows no calls. */
export async function dialPhone(url: string, headers: Record<string, string>, call: BenchCall) {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false })
  let turn: Turn | null = null
  let interruption: Interruption | null = null
  let isInterruptRead = false
  let onFrame: (turn: Turn) => void = () => {}

  const send = (frame: object) => socket.send(JSON.stringify(frame))
  socket.on('message', (data) => {
    const { type, token, last } = JSON.parse(data.toString())
    if (type !== 'text') return
    if (token !== '' && interruption && isInterruptRead) interruption.framesAfter += 1
    if (!turn || turn.isOver) return
    if (!turn.reply && name.test(token)) {
      turn.firstFrameMs = nowMs()
      turn.reply = token.match(name)![0]
    }
    turn.isOver = last && turn.reply !== null
    onFrame(turn)
  })
  // Frames are read in order: what comes after the pong was sent after the interruption was read.
  socket.on('pong', () => (isInterruptRead = true))
  await once(socket, 'open')
  const { callSid, sessionId, token } = call
  send({ type: 'setup', sessionId, callSid, accountSid: 'AC1', from: '+12065559999', to: '+12065550110', direction: 'inbound', customParameters: { token } })

  return {
    /** Called at every frame of the present turn. */
    listen(listener: (turn: Turn) => void) {
      onFrame = listener
    },
    prompt(words: string): Turn {
      interruption = null
      turn = { promptedMs: nowMs(), firstFrameMs: null, reply: null, isOver: false }
      send({ type: 'prompt', voicePrompt: words, lang: 'en-US', last: true })
      return turn
    },
    interrupt(): Interruption {
      isInterruptRead = false
      interruption = { atMs: nowMs(), reply: turn!.reply!, framesAfter: 0 }
      send({ type: 'interrupt', utteranceUntilInterrupt: turn!.reply, durationUntilInterruptMs: 40 })
      socket.ping()
      return interruption
    },
    get isOpen() {
      return socket.readyState === socket.OPEN
    },
    hangUp: () => socket.close(1000),
    drop: () => socket.terminate(),
  }
}
