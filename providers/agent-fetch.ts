import http from 'node:http'
import https from 'node:https'
import { Readable } from 'node:stream'

/**
 * `fetch` on Node's own agents: connections are kept for `idleMs` between the turns of a call (the built-in fetch drops
 * them after 4 s), or, when that is 0, made anew for every request. No redirects, no compression: SSE wants neither.
 */
export function createAgentFetch({ idleMs }: { idleMs: number }): typeof fetch {
  const options = { keepAlive: idleMs > 0, timeout: idleMs || undefined, scheduling: 'lifo' } as const
  const agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) }

  return (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const { promise, resolve, reject } = Promise.withResolvers<Response>()
    const isSecure = url.protocol === 'https:'
    const request = (isSecure ? https : http).request(url, {
      agent: agents[isSecure ? 'https:' : 'http:'],
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers)),
      signal: init.signal ?? undefined,
    })
    // An agent's timeout is the kept socket's; one in use is watched by the caller, who knows what to expect of it.
    request.setNoDelay(true)
    request.on('error', reject)
    request.on('response', (message) => {
      const status = message.statusCode ?? 0
      if (status < 200 || status > 599) return reject(new TypeError(`status ${status} is no HTTP answer`))
      const headers = new Headers(Object.entries(message.headers).map(([name, value]) => [name, String(value)]))
      const hasBody = status !== 204 && status !== 205 && status !== 304
      if (!hasBody) message.resume()
      const body = hasBody ? (Readable.toWeb(message) as ReadableStream<Uint8Array>) : null
      resolve(new Response(body, { status, headers }))
    })
    request.end(init.body as string | Uint8Array | undefined)
    return promise
  }
}
