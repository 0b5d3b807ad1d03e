import { setTimeout as sleep } from 'node:timers/promises'

export interface Parts {
  /**
   * Starts a part, to be ended in its turn.
   * @throws what `start` throws; Error when everything is being ended already.
   */
  add<Part>(start: () => Promise<Part>, stop: (part: Part) => unknown): Promise<Part>
  isStopping(): boolean
  /** Ends all parts, the last one first; also a second time, without doing it twice. */
  stopAll(): Promise<void>
}

/** A part that is still starting gets so long before it is left to `abort`. */
const startsWithinMs = 3_000

/** Keeps what was started, so that it ends in order whenever the end comes. `abort` is to hurry a part that is starting still. */
export function createParts({ abort, say }: { abort: () => Promise<void>; say: (line: string) => void }): Parts {
  const stops: (() => unknown)[] = []
  let starting: Promise<unknown> | null = null
  let stopping: Promise<void> | null = null

  async function stopAll(): Promise<void> {
    if (starting) {
      const aborting = abort()
      await Promise.race([starting.catch(() => {}), sleep(startsWithinMs, undefined, { ref: false })])
      await aborting
    }
    for (const stop of stops.toReversed()) {
      try {
        await stop()
      } catch (error) {
        say((error as Error).message)
      }
    }
    await abort()
  }

  return {
    async add(start, stop) {
      if (stopping) throw new Error('everything is being ended')
      const promise = start().then((part) => {
        stops.push(() => stop(part))
        return part
      })
      starting = promise
      const part = await promise.finally(() => (starting = null))
      if (stopping) throw new Error('everything is being ended')
      return part
    },
    isStopping: () => stopping !== null,
    stopAll: () => (stopping ??= stopAll()),
  }
}
