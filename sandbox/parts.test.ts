import { createParts } from './parts.ts'

describe('the parts of a sandbox', () => {
  it('end in the opposite order of their start, once, and one that fails to end keeps none of the others', async () => {
    const events: string[] = []
    const parts = createParts({ abort: async () => void events.push('swept'), say: (line) => void events.push(line) })
    for (const name of ['database', 'relay', 'api']) {
      await parts.add(
        async () => name,
        async (part) => {
          events.push(part)
          if (part === 'relay') throw new Error('relay would not end')
        },
      )
    }
    await Promise.all([parts.stopAll(), parts.stopAll()])
    expect(events).toEqual(['api', 'relay', 'relay would not end', 'database', 'swept'])
  })

  it('that are starting still when the end comes are hurried, and ended if they started after all', async () => {
    const events: string[] = []
    const starting = Promise.withResolvers<string>()
    const parts = createParts({ abort: async () => starting.resolve('late'), say: () => {} })
    const added = parts.add(() => starting.promise, (part) => void events.push(`${part} ended`))
    const refused = expect(added).rejects.toThrow('being ended')

    await parts.stopAll()

    await refused
    expect(events).toEqual(['late ended'])
    await expect(parts.add(async () => 'more', () => {})).rejects.toThrow('being ended')
  })
})
