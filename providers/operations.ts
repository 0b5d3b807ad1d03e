import type { IncomingMessage, ServerResponse } from 'node:http'
import { securityHeaders } from '../domain/security-headers.ts'
import type { Metrics } from './metrics.ts'

const checkWithinMs = 2_000

export interface OperationsOptions {
  metrics: Metrics
  /** What must answer for the process to be of use, by name; each rejects while it doesn't. */
  checks: Record<string, () => Promise<unknown>>
  /** True once the process has been asked to stop: it is alive, but nothing new should come to it. */
  isDraining(): boolean
}

/**
 * Answers `/healthz` (alive: 200), `/readyz` (dependencies: 200 or 503, and which) and `/metrics` (Prometheus).
 * The promise says whether the request was one of these and is answered.
 */
export function createOperations({ metrics, checks, isDraining }: OperationsOptions) {
  const answers: Record<string, (response: ServerResponse) => Promise<void>> = {
    '/healthz': async (response) => sendJson(response, 200, { status: 'alive' }),
    '/readyz': async (response) => {
      const names = Object.keys(checks)
      const results = await Promise.all(names.map((name) => isAnswering(checks[name]!)))
      const isReady = results.every(Boolean) && !isDraining()
      const dependencies = Object.fromEntries(names.map((name, index) => [name, results[index] ? 'ready' : 'unavailable']))
      const status = isDraining() ? 'draining' : isReady ? 'ready' : 'unavailable'
      sendJson(response, isReady ? 200 : 503, { status, dependencies })
    },
    '/metrics': async (response) => {
      const text = await metrics.registry.metrics()
      response.writeHead(200, { ...securityHeaders, 'Content-Type': metrics.registry.contentType }).end(text)
    },
  }
  return async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const answer = answers[(request.url ?? '').split('?', 1)[0]!]
    if (!answer || (request.method !== 'GET' && request.method !== 'HEAD')) return false
    await answer(response)
    return true
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { ...securityHeaders, 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

async function isAnswering(check: () => Promise<unknown>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), checkWithinMs)
  check().then(
    () => resolve(true),
    () => resolve(false),
  )
  return promise.finally(() => clearTimeout(timer))
}
