import { setImmediate as settle } from 'node:timers/promises'
import { relayBounds } from '../../relay/relay-bounds.ts'
import { createSessionWorld } from './session-world.ts'

/** One call in a world of its own, between two relays; each step has settled when it resolves. */
export async function createLoneCall() {
  const world = createSessionWorld(1)
  const [call] = world.calls
  const { streams, clock } = world

  async function receive(frame: object) {
    call!.socket!.receive(frame)
    await settle()
  }
  const lone = {
    world,
    streams,
    clock,
    receive,
    get frames() {
      return call!.frames.get(call!.sessionId)!
    },
    prompt: (voicePrompt: string) => receive({ type: 'prompt', voicePrompt, last: true }),
    partial: (voicePrompt: string) => receive({ type: 'prompt', voicePrompt, last: false }),
    interrupt: (utteranceUntilInterrupt: string | null) => receive({ type: 'interrupt', utteranceUntilInterrupt }),
    info: (name: string, value: string) => receive({ type: 'info', name, value }),
    /** The model says this on its newest stream. */
    async model(...texts: string[]) {
      for (const text of texts) streams.at(-1)!.push(text)
      await settle()
    },
    /** The same, and no more. */
    async reply(...texts: string[]) {
      for (const text of texts) streams.at(-1)!.push(text)
      streams.at(-1)!.push({ type: 'end', reason: 'stop' })
      await settle()
    },
    async drop() {
      call!.socket!.drop()
      await settle()
    },
    /** Twilio comes back to this relay or the other one. */
    async comeBack(relay: 0 | 1) {
      world.connect(call!, relay)
      await settle()
    },
    /** As long as it takes until what was cut off is taken up. */
    takenUp: () => clock.advance(relayBounds.takeUpAfterMs),
    /** All text of the session's frames from the given one on. */
    spoken: (from = 0) => lone.frames.slice(from).map((frame) => (frame.type === 'text' ? frame.token : '')).join(''),
    /** The transcript, as lines such as `caller: Hello`. */
    lines: () =>
      [...call!.lines.values()]
        .toSorted((a, b) => a.atMs - b.atMs || a.seq - b.seq)
        .map(({ role, event, text, isInterrupted }) => `${event ?? role}: ${text}${isInterrupted ? '|' : ''}`),
    /** What the model was sent of the conversation, newest last. */
    sent: () => streams.at(-1)!.request.messages.slice(1).filter(({ role }) => role !== 'system').map(({ content }) => content.replace(/<\/?caller_words>|\n/g, '')),
  }
  world.beginSession(call!, 'normal', 0)
  await settle()
  // The greeting was heard.
  await clock.advance(10_000)
  return lone
}
