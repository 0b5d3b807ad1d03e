import type { RelayFrame } from './relay-phone.ts'
import { spelled, type WorldStream } from './session-world.ts'

/** What Twilio would make of a session's frames. */
export function troubleInFrames(frames: readonly RelayFrame[], streams: readonly WorldStream[]): string[] {
  const trouble: string[] = []
  let asked: string | null = null
  let isOpen = false
  let isEnded = false
  frames.forEach((frame) => {
    const isNothing = frame.type === 'text' && frame.token === '' && frame.last
    // Told again to a Twilio that comes back.
    if (isEnded && frame.type !== 'end' && !isNothing) trouble.push('something was sent after the end')
    isEnded ||= frame.type === 'end'
    if (frame.type !== 'text') return isOpen && void trouble.push(`${frame.type} came inside a talk cycle`)
    if (isOpen && frame.preemptible) trouble.push('a filler came inside a talk cycle')
    const index = /s([a-z]{2})t/.exec(frame.token)?.[1]
    const stream = streams.find((_, at) => spelled(at) === index)
    const question = stream && `${stream.relay} ${stream.request.messages.findLast(({ role }) => role === 'user')!.content}`
    if (isOpen && asked && question && question !== asked) trouble.push('two answers came in one talk cycle')
    isOpen = !frame.last
    asked = isOpen ? question || asked : null
  })
  return trouble
}

/** Each of the caller's prompts is one line of the conversation: what is answered again is heard again. */
export function troubleInRequests(streams: readonly WorldStream[]): string[] {
  return streams.flatMap(({ request }) => {
    const heard = request.messages.filter(({ role }) => role === 'user').map(({ content }) => content)
    const prompts = heard.flatMap((content) => content.match(/p[a-z]{2}q/g) ?? [])
    return new Set(prompts).size < prompts.length ? [`a prompt was heard twice: ${prompts.join(' ')}`] : []
  })
}
