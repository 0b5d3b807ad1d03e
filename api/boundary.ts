import type { Context, Middleware } from 'koa'
import { Failure } from '../domain/failure.ts'
import type { Logger } from '../providers/logger.ts'
import type { ApiMetrics } from './api-metrics.ts'
import { toProblem } from './problem.ts'

/**
 * The outermost middleware: every response that leaves bears `headers`, every refusal is a coded problem, and nothing
 * thrown inside ever reaches Koa, which would drop the headers.
 */
export function createBoundary(options: {
  headers: Readonly<Record<string, string>>
  metrics: ApiMetrics
  logger: Logger
}): Middleware {
  const { headers, metrics, logger } = options
  return async (ctx, next) => {
    ctx.set(headers)
    try {
      await next()
      if (ctx.status === 404 && ctx.respond !== false) throw new Failure('not-found')
    } catch (error) {
      const failure = error instanceof Failure ? error : new Failure('internal', undefined, { cause: error })
      const problem = toProblem(failure)
      ctx.status = problem.status
      ctx.set(problem.headers)
      ctx.body = problem.body
      metrics.refusals.inc({ code: failure.code })
      if (failure.status >= 500) logger.error({ code: failure.code, route: routeOf(ctx), ...describe(error) }, 'request failed')
    }
    if (ctx.method === 'POST') metrics.webhooks.inc({ route: routeOf(ctx), status: String(ctx.status) })
  }
}

/** A route's own path, never the one that was asked for: labels are a closed set. */
const routeOf = (ctx: Context) => String(ctx.routerPath ?? 'none')

/** Kind and place of an error. Only our own say why: another's message may quote what a person sent. */
function describe(error: unknown): { kind: string; reason?: string; at: string[] } {
  const { name, message, stack = '' } = error instanceof Error ? error : new Error('not an error')
  const reason = error instanceof Failure ? message : undefined
  return { kind: name, reason, at: stack.split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 8) }
}
