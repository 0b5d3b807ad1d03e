import { drills } from './catalogue.ts'
import { createDice } from './dice.ts'

const seed = 1

describe('fault drills: nothing lost, nothing twice', () => {
  // Side by side (jest.config.mjs says how many): most of a drill is waiting for what must run out.
  it.concurrent.each(Object.entries(drills))(
    '%s, small',
    async (_, drill) => {
      const said: string[] = []
      const say = (line: string) => void said.push(line)
      await drill({ dice: createDice(seed, say), size: 'small', say }).catch((error: Error) => {
        throw new Error([`seed ${seed}`, ...said, error.message].join('\n'), { cause: error })
      })
      for (const line of said) if (line.startsWith('SKIPPED')) console.warn(line)
    },
    300_000,
  )
})
