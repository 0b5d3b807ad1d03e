import { z } from 'zod'

export const faultSchema = z.strictObject({
  /** Part of `METHOD /path`, or of the name of what the vendor sends (`callback recording`, `webhook voice`); strikes every request when absent. */
  on: z.string().max(200).optional(),
  /** Strikes so many times, then is over; for good when absent. */
  times: z.int().min(1).max(1_000_000).optional(),
  /**
   * `status` refuses in the vendor's error form · `slow` waits `delayMs`, then goes on · `reset` breaks the connection · `hang` never answers
   * · `unheard` does what was asked and breaks the connection · `cut-body` sends half · `wrong-json` sends what does not parse
   * · `stall` stops a stream after `afterTokens` · `lose` (callbacks only) and `duplicate` are for what the vendor sends.
   */
  kind: z.enum(['status', 'slow', 'reset', 'hang', 'unheard', 'cut-body', 'wrong-json', 'stall', 'lose', 'duplicate']),
  status: z.int().min(400).max(599).optional(),
  retryAfterSeconds: z.number().min(0).max(86_400).optional(),
  delayMs: z.number().min(0).max(3_600_000).optional(),
  afterTokens: z.int().min(0).max(100_000).optional(),
  copies: z.int().min(2).max(10).optional(),
})
export type Fault = z.infer<typeof faultSchema>

export type Faults = ReturnType<typeof createFaults>

/** The troubles that a stand-in is told to have; the first that matches strikes. */
export function createFaults() {
  let pending: Fault[] = []
  return {
    /** Replaces all of them; an empty list heals the stand-in. @throws ZodError for a fault that is none. */
    set(faults: unknown): void {
      pending = z.array(faultSchema).max(100).parse(faults)
    },
    list: (): Fault[] => pending,
    /** The fault that strikes this event, if any. */
    strike(event: string): Fault | undefined {
      const fault = pending.find(({ on }) => (on === undefined ? isRequest(event) : event.includes(on)))
      if (fault?.times === undefined) return fault
      fault.times -= 1
      if (fault.times === 0) pending = pending.filter((other) => other !== fault)
      return fault
    },
  }
}

const isRequest = (event: string) => /^[A-Z]+ \//.test(event)
