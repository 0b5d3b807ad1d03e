import { setTimeout as wait } from 'node:timers/promises'
import type { Dice } from './dice.ts'

export interface DrillDeps {
  dice: Dice
  /** `small`: the one that runs within `npm test`, with slack for the bounds that are times. */
  size: 'small' | 'full'
  say: (line: string) => void
}

/** Starts a house, injects, waits, and compares the ledgers. @throws what is wrong. */
export type Drill = (deps: DrillDeps) => Promise<void>

/** Resolves once `holds` says true; what it throws meanwhile counts as not yet. @throws Error when it doesn't in time. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>, withinMs = 120_000): Promise<void> {
  let trouble = ''
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await wait(20)) {
    try {
      if (await holds()) return
      trouble = ''
    } catch (error) {
      trouble = ` (${(error as Error).message})`
    }
  }
  throw new Error(`it did not come about in ${withinMs / 1_000} s that ${what}${trouble}`)
}
