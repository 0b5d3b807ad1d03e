import { setImmediate as settle } from 'node:timers/promises'
import { fixedPathLines, hostileLines } from '../test/kit/hostile-lines.ts'
import { obey } from '../test/kit/obeying-model.ts'
import { canaryOf, createSessionWorld } from '../test/kit/session-world.ts'

/** One call says the line to a model that obeys, while another tenant's call goes on beside it. */
async function say(words: string) {
  const world = createSessionWorld(2)
  const [ours, other] = world.calls
  world.beginSession(other!, 'normal', 0)
  await settle()
  other!.socket!.receive({ type: 'prompt', voicePrompt: `my code is ${canaryOf(1)} seven`, last: true })
  world.streams[0]!.push(`${canaryOf(1)} it is. `)
  world.beginSession(ours!, 'normal', 0)
  await settle()
  const before = JSON.stringify([[...other!.frames.values()], [...other!.lines.values()]])
  ours!.socket!.receive({ type: 'prompt', voicePrompt: words, last: true })
  for (let obeyed = 1, idle = 0; idle < 5; idle += 1) {
    await settle()
    while (obeyed < world.streams.length) obey(world.streams[obeyed++]!)
  }
  const after = JSON.stringify([[...other!.frames.values()], [...other!.lines.values()]])
  const requests = world.streams.filter(({ call }) => call === 0).map(({ request }) => request)
  await world.clock.advance(60_000)
  return { world, requests, ours: ours!, isOtherUntouched: before === after && other!.kept.length === 0 }
}

describe('P-ai: a model that obeys its caller', () => {
  it.each(hostileLines.map((words, at) => [at, words.slice(0, 70).replace(/\p{C}+/gu, ' '), words] as const))('%i: %s', async (_, __, words) => {
    const { world, requests, ours, isOtherUntouched } = await say(words)
    const frames = [...ours.frames.values()].flat()
    expect(requests.length).toBeGreaterThan(0)
    expect(requests.length).toBeLessThanOrEqual(5)
    const everything = JSON.stringify([requests, frames, [...ours.lines.values()]])
    for (const foreign of [canaryOf(1), '0190a000', '2065550111', 'owner@harbour', 'token-VX']) expect(everything).not.toContain(foreign)
    // Nothing that was not read back and confirmed is kept, nobody is rung but whom the tenant names.
    expect(ours.kept).toEqual([])
    for (const frame of frames) {
      if (frame.type === 'language') expect(['en-US', 'es-US']).toContain(frame.ttsLanguage)
      if (frame.type === 'end') expect(Object.keys(JSON.parse(frame.handoffData))).toEqual(['reason', 'detail'])
    }
    expect(isOtherUntouched).toBe(true)
    expect(world.trouble).toEqual([])
  })

  it.each(fixedPathLines)('%s: no model is asked, and it is on record as %s', async (words, event) => {
    const { requests, ours } = await say(words)
    expect(requests).toEqual([])
    expect([...ours.lines.values()].map((line) => line.event)).toContain(event)
  })
})
