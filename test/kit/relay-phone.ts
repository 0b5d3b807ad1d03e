import { once } from 'node:events'
import { WebSocket } from 'ws'
import { until } from './until.ts'

export interface TextFrame {
  type: 'text'
  token: string
  last: boolean
  preemptible?: boolean
}
export type RelayFrame = TextFrame | { type: 'end'; handoffData: string } | { type: 'language'; ttsLanguage: string; transcriptionLanguage: string }

export type RelayPhone = Awaited<ReturnType<typeof connectPhone>>

/** Twilio's end of a ConversationRelay socket, in the test's hand. */
export async function connectPhone(url: string, headers: Record<string, string>) {
  const socket = new WebSocket(url, { headers })
  const frames: RelayFrame[] = []
  let closed: { code: number; reason: string } | null = null
  socket.on('message', (data) => frames.push(JSON.parse(data.toString())))
  socket.on('close', (code, reason) => (closed = { code, reason: reason.toString() }))
  await once(socket, 'open')

  const send = (frame: object | string) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  const spoken = (from = 0) => frames.slice(from).flatMap((frame) => (frame.type === 'text' ? [frame.token] : [])).join('')
  return {
    socket,
    frames,
    send,
    prompt: (voicePrompt: string) => send({ type: 'prompt', voicePrompt, lang: 'en-US', last: true }),
    partial: (voicePrompt: string) => send({ type: 'prompt', voicePrompt, lang: 'en-US', last: false }),
    interrupt: (utteranceUntilInterrupt: string) => send({ type: 'interrupt', utteranceUntilInterrupt, durationUntilInterruptMs: 460 }),
    info: (name: string, value: string, ts?: number) => send({ type: 'info', name, value, ts }),
    /** All text of the frames that came, or of those after the first `from`. */
    spoken,
    heard: (text: string) => until(() => spoken().includes(text)),
    /** Resolves once everything sent so far has reached the other side (and what it said at once, us), or none is left. */
    async settled() {
      if (socket.readyState !== socket.OPEN) return
      const isOver = new AbortController()
      const signs = ['pong', 'close'].map((sign) => once(socket, sign, isOver))
      socket.ping()
      await Promise.race(signs)
      isOver.abort()
      await Promise.allSettled(signs)
    },
    ended: () => until(() => frames.some(({ type }) => type === 'end')),
    async closed() {
      await until(() => closed !== null)
      return closed!
    },
    /** As a network that drops: no close frame. */
    async drop() {
      socket.terminate()
      await until(() => closed !== null)
    },
    handoff() {
      const frame = frames.find(({ type }) => type === 'end')
      return frame?.type === 'end' ? JSON.parse(frame.handoffData) : null
    },
  }
}
