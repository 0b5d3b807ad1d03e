import { Context } from '@temporalio/activity'

export const pulseEveryMs = 5_000

/**
 * The same activities, telling Temporal while they run that their worker lives: one that was killed is noticed within
 * the heartbeat timeout, not only when the activity's whole time is over. What hangs is bounded by that time, as before.
 */
export function withPulse<Activities extends Record<string, (...args: never[]) => Promise<unknown>>>(
  activities: Activities,
): Activities {
  const beating = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: never[]) => {
      const context = Context.current()
      const timer = setInterval(() => context.heartbeat(), pulseEveryMs)
      try {
        return await activity(...args)
      } finally {
        clearInterval(timer)
      }
    },
  ])
  return Object.fromEntries(beating) as Activities
}
