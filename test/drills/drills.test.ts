import { drills } from './catalogue.ts'
import { createDice } from './dice.ts'

describe('fault drills, one seed each', () => {
  it.each(Object.entries(drills))(
    '%s leaves our ledgers equal to theirs',
    async (_name, drill) => {
      const choices: string[] = []
      const say = (line: string) => void choices.push(line)
      await drill({ dice: createDice(1, say), size: 'small', say }).catch((error: Error) => {
        throw new Error([error.message, ...choices].join('\n'), { cause: error })
      })
    },
    120_000,
  )
})
