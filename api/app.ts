import { Router } from '@koa/router'
import Koa from 'koa'
import { Failure } from '../domain/failure.ts'
import type { Logger } from '../providers/logger.ts'
import type { createOperations } from '../providers/operations.ts'
import type { ApiMetrics } from './api-metrics.ts'
import { createBoundary } from './boundary.ts'
import { addActionRoute } from './twilio/action.ts'
import type { WebhookDependencies } from './twilio/dependencies.ts'
import { addFallbackRoute } from './twilio/fallback.ts'
import { addRecordingRoute } from './twilio/recording.ts'
import { addStatusRoute } from './twilio/status.ts'
import { addVoiceRoute } from './twilio/voice.ts'

export interface ApiDependencies extends WebhookDependencies {
  headers: Readonly<Record<string, string>>
  operations: ReturnType<typeof createOperations>
  metrics: ApiMetrics
  logger: Logger
}

/** The HTTP application: a boundary, the process's own pages, the webhooks. */
export function createApp(dependencies: ApiDependencies): Koa {
  const { operations } = dependencies
  const router = new Router({ strict: true, sensitive: true })
  for (const add of [addVoiceRoute, addActionRoute, addStatusRoute, addFallbackRoute, addRecordingRoute]) add(router, dependencies)

  const app = new Koa()
  app.use(createBoundary(dependencies))
  app.use(async (ctx, next) => {
    if (await operations(ctx.req, ctx.res)) ctx.respond = false
    else await next()
  })
  app.use(router.routes())
  app.use(async (ctx) => {
    if (!ctx.matched?.length) return
    const matched = ctx.matched as { methods: string[] }[]
    ctx.set('Allow', [...new Set(matched.flatMap(({ methods }) => methods))].join(', '))
    throw new Failure('method-not-allowed')
  })
  app.on('error', (error: Error) => dependencies.logger.warn({ kind: error.name }, 'connection lost'))
  return app
}
