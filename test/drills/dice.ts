export interface Dice {
  /** Whole, `from` and `to` included. */
  int(what: string, from: number, to: number): number
  pick<T>(what: string, choices: readonly T[]): T
  /** In an order that is told by the seed, too, but not printed. */
  shuffle<T>(items: readonly T[]): T[]
}

/** Chance that repeats itself: the same seed, the same choices. Each is told to `say`. */
export function createDice(seed: number, say: (line: string) => void): Dice {
  let state = seed >>> 0
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (count: number) => Math.floor(next() * count)
  const told = <T>(what: string, chosen: T): T => {
    say(`${what}: ${JSON.stringify(chosen)}`)
    return chosen
  }
  return {
    int: (what, from, to) => told(what, from + below(to - from + 1)),
    pick: (what, choices) => told(what, choices[below(choices.length)]!),
    shuffle(items) {
      const rest = [...items]
      return items.map(() => rest.splice(below(rest.length), 1)[0]!)
    },
  }
}
