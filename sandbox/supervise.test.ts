import { supervise } from './supervise.ts'

/** A part that ends when told to. */
function createPart(pid: number) {
  const { promise: ended, resolve: end } = Promise.withResolvers<string>()
  return { pid, ended, end, stop: async () => end('stopped') }
}

describe('a part that ends by itself', () => {
  it('is started again, a few times, and each time that is said', async () => {
    const parts: ReturnType<typeof createPart>[] = []
    const said: string[] = []
    const restarts: number[] = []
    let onStart = () => {}
    const part = await supervise({
      name: 'relay',
      start: async () => {
        const next = createPart(parts.length)
        parts.push(next)
        setImmediate(() => onStart())
        return next
      },
      say: (line) => void said.push(line),
      onRestart: ({ pid }) => restarts.push(pid),
    })
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const started = new Promise<void>((resolve) => (onStart = resolve))
      parts.at(-1)!.end('exit code 1')
      await started
      expect(part.current().pid).toBe(attempt)
    }
    parts.at(-1)!.end('exit code 1')
    await new Promise(setImmediate)
    await part.stop()

    expect(parts.length).toBe(4)
    expect(restarts).toEqual([1, 2, 3])
    expect(said[0]).toBe('relay ended unexpectedly: exit code 1')
    expect(said.at(-1)).toContain('left at that')
  })

  it('is started again however often, if it was up for a while each time', async () => {
    const parts: ReturnType<typeof createPart>[] = []
    let now = 0
    let onStart = () => {}
    const part = await supervise({
      name: 'relay',
      start: async () => {
        parts.push(createPart(parts.length))
        setImmediate(() => onStart())
        return parts.at(-1)!
      },
      say: () => {},
      nowMs: () => now,
    })
    for (let round = 1; round <= 5; round += 1) {
      const started = new Promise<void>((resolve) => (onStart = resolve))
      now += 61_000
      parts.at(-1)!.end('SIGKILL')
      await started
    }
    await part.stop()
    expect(parts.length).toBe(6)
  })

  it('is not started again when it was asked to end', async () => {
    let starts = 0
    const part = await supervise({
      name: 'relay',
      start: async () => createPart((starts += 1)),
      say: (line) => expect(line).toBe('nothing'),
    })
    await part.stop()
    await part.current().ended
    expect(starts).toBe(1)
  })
})
