export interface Supervisable {
  pid: number | null
  /** Settles with how or with which last words it ended. */
  ended: Promise<string>
  stop(graceMs?: number): Promise<void>
}

export interface Supervised<Part extends Supervisable> {
  /** The one that runs now. */
  current(): Part
  stop(graceMs?: number): Promise<void>
}

const maxRestarts = 3
/** Who has been up so long starts with a clean slate. */
const provenAfterMs = 60_000

/**
 * Starts a part and keeps it up: when it ends by itself that is said, and it is started again, a few times in all.
 * `onRestart` is called with each new one.
 * @throws what `start` throws, the first time.
 */
export async function supervise<Part extends Supervisable>(options: {
  name: string
  start: () => Promise<Part>
  say: (line: string) => void
  onRestart?: (part: Part) => void
  /** True once everything is being ended, so that the end of a part is no surprise. */
  isStopping?: () => boolean
  nowMs?: () => number
}): Promise<Supervised<Part>> {
  const { name, start, say, onRestart, nowMs = Date.now } = options
  let isToStop = false
  const isStopping = () => isToStop || (options.isStopping?.() ?? false)
  let current = await start()
  let restarting: Promise<void> = Promise.resolve()

  async function restart(attempt: number): Promise<void> {
    if (attempt > maxRestarts) {
      say(`${name} ended again; it is left at that. Its log says why.`)
      return
    }
    say(`${name} is started again (${attempt} of ${maxRestarts})`)
    try {
      current = await start()
    } catch (error) {
      say((error as Error).message)
      return isStopping() ? undefined : restart(attempt + 1)
    }
    onRestart?.(current)
    watch(current, attempt)
  }

  function watch(part: Supervisable, attempts: number): void {
    const startedAtMs = nowMs()
    void part.ended.then((how) => {
      if (isStopping()) return
      say(`${name} ended unexpectedly: ${how.trim().split('\n').at(-1)}`)
      restarting = restart(nowMs() - startedAtMs > provenAfterMs ? 1 : attempts + 1)
    })
  }

  watch(current, 0)
  return {
    current: () => current,
    async stop(graceMs) {
      isToStop = true
      await restarting
      await current.stop(graceMs)
    },
  }
}
