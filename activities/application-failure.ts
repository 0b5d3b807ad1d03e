import { ApplicationFailure } from '@temporalio/common'
import { ZodError } from 'zod'
import { Failure } from '../domain/failure.ts'

/** However long a vendor asks us to stay away: it is asked again within the hour. */
const longestRetryAfterMs = 60 * 60_000

/**
 * The one translator of failures to Temporal: `type` is the code, whether it is retried is the code's, and a vendor's
 * Retry-After is the next delay. What has no code is `internal` and retried. Temporal keeps a failure's words, so it
 * gets only words that somebody vouched for: the message of a Failure, and of any other error its name and its place.
 */
export function toApplicationFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error
  const { code, message, isRetryable, retryAfterMs } = toFailure(error)
  const failure = ApplicationFailure.create({
    type: code,
    message,
    nonRetryable: !isRetryable,
    // A delay of 0 would mean to Temporal that there must be no retry.
    nextRetryDelay: retryAfterMs ? Math.min(retryAfterMs, longestRetryAfterMs) : undefined,
  })
  failure.stack = [`${code}: ${message}`, ...placesOf(error)].join('\n')
  return failure
}

function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (error instanceof ZodError) {
    const paths = error.issues.map(({ path }) => path.join('.')).join(', ')
    return new Failure('request-malformed', `An activity was handed something malformed at: ${paths}`)
  }
  return new Failure('internal', error instanceof Error ? error.name : 'internal')
}

/** The frames of a stack, without what precedes them: that repeats the message. */
function placesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const { message, stack = '' } = error
  return stack
    .replace(message, '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
}

/** The same activities, failing only with what {@link toApplicationFailure} makes of it. */
export function classifyFailures<Activities extends Record<string, (...args: never[]) => Promise<unknown>>>(
  activities: Activities,
): Activities {
  const classified = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: never[]) => {
      try {
        return await activity(...args)
      } catch (error) {
        throw toApplicationFailure(error)
      }
    },
  ])
  return Object.fromEntries(classified) as Activities
}
