import { setTimeout as wait } from 'node:timers/promises'

const lookEveryMs = 10

/** Resolves as soon as `holds` says true; the test's own timeout is the bound. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await wait(lookEveryMs)
}
