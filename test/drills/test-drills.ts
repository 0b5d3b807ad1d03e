import { drills } from './catalogue.ts'
import { createDice } from './dice.ts'

/** One seed of each, small. */
export function testDrills(...names: string[]): void {
  it.each(names)(
    '%s leaves our ledgers equal to theirs',
    async (name) => {
      const choices: string[] = []
      const say = (line: string) => void choices.push(line)
      await drills[name]!({ dice: createDice(1, say), size: 'small', say }).catch((error: Error) => {
        throw new Error([error.message, ...choices].join('\n'), { cause: error })
      })
    },
    120_000,
  )
}
