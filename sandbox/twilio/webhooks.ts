import { randomUUID } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Fault, Faults } from '../stand-in/faults.ts'
import type { Debugger } from './debugger.ts'
import type { PublicOrigins } from './public-edge.ts'
import { routeTo } from './public-edge.ts'
import { signRequest } from './signature.ts'
import { TwilioError } from './twilio-error.ts'

const maxTwimlBytes = 64 * 1024

export interface WebhookDeps {
  authToken: string
  origins: PublicOrigins
  faults: Faults
  debug: Debugger
  /** Twilio waits 15 seconds for an answer. */
  timeoutMs: number
  after(ms: number, run: () => void): () => void
  /** Told of every request that was answered. */
  onSent(sent: SentWebhook): void
}

export interface SentWebhook {
  name: string
  url: string
  params: Record<string, string>
  status: number | null
  body: string
}

export interface WebhookAnswer {
  status: number
  contentType: string
  body: string
}

export type Webhooks = ReturnType<typeof createWebhooks>

/** Twilio's requests to the application, signed as Twilio signs them. */
export function createWebhooks({ authToken, origins, faults, debug, timeoutMs, after, onSent }: WebhookDeps) {
  async function send(name: string, url: string, method: string, params: Record<string, string>, token: string): Promise<WebhookAnswer> {
    const isGet = method === 'GET'
    const form = new URLSearchParams(params).toString()
    const signedUrl = isGet ? `${url}${url.includes('?') ? '&' : '?'}${form}` : url
    const sent = { name, url, params, status: null, body: '' }
    try {
      const answer = await exchange({
        url: signedUrl,
        form: isGet ? '' : form,
        method,
        headers: { 'X-Twilio-Signature': signRequest(authToken, signedUrl, isGet ? {} : params), 'I-Twilio-Idempotency-Token': token },
        origins,
        timeoutMs,
      })
      onSent({ ...sent, status: answer.status, body: answer.body })
      return answer
    } catch (error) {
      onSent(sent)
      throw error
    }
  }

  return {
    /**
     * Asks for TwiML; more than once, of which the first answer counts, when a fault `on: 'webhook <name>'` says so.
     * @throws TwilioError 11200 answered with a failure · 11205 not reached or not in time · 11750 too large · 12300 not XML's media type
     */
    async fetchTwiml(name: string, url: string, method: string, params: Record<string, string>): Promise<string> {
      const { status, contentType, body } = await asOften(faults.strike(`webhook ${name}`), (token) => send(name, url, method, params, token))
      if (status === 204) return '<Response/>'
      if (status < 200 || status > 299) throw new TwilioError(11200, `HTTP retrieval failure: got HTTP ${status} response to ${url}`)
      if (Buffer.byteLength(body) > maxTwimlBytes) throw new TwilioError(11750, 'TwiML response body too large')
      if (!/^(text|application)\/(\w+\+)?xml\b|^text\/html\b/i.test(contentType)) throw new TwilioError(12300, `Invalid Content-Type '${contentType}'`)
      return body
    },

    /** Reports something; an answer that is not 2xx is only noted. Lost, doubled and late when a fault `on: 'callback <name>'` says so. */
    async report(name: string, url: string, method: string, params: Record<string, string>): Promise<void> {
      const fault = faults.strike(`callback ${name}`)
      if (fault?.kind === 'lose') return
      if (fault?.delayMs !== undefined) await new Promise<void>((resolve) => void after(fault.delayMs!, resolve))
      try {
        const { status } = await asOften(fault, (token) => send(`callback ${name}`, url, method, params, token))
        if (status < 200 || status > 299) debug.note('warning', 11200, `HTTP retrieval failure: got HTTP ${status} response to ${url}`, params.CallSid)
      } catch (error) {
        debug.note('warning', 11205, (error as Error).message, params.CallSid)
      }
    },
  }
}

/** Sends once, or as many times as a fault says: then all are sent at once, and waited for. */
async function asOften(fault: Fault | undefined, send: (token: string) => Promise<WebhookAnswer>): Promise<WebhookAnswer> {
  const token = randomUUID()
  const copies = fault?.kind === 'duplicate' ? (fault.copies ?? 2) : 1
  const answers = await Promise.allSettled(Array.from({ length: copies }, () => send(token)))
  const [first] = answers
  if (first?.status !== 'fulfilled') throw first?.reason
  return first.value
}

interface WebhookRequest {
  url: string
  form: string
  method: string
  headers: Record<string, string>
  origins: PublicOrigins
  timeoutMs: number
}

function exchange({ url, form, method, headers: signed, origins, timeoutMs }: WebhookRequest): Promise<WebhookAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new TwilioError(11205, `HTTP connection failure: ${reason} at ${url}`))
    if (!URL.canParse(url)) return reject(new TwilioError(11100, `Invalid URL format: ${url}`))
    const route = routeTo(url, origins)
    const headers = {
      'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'Content-Length': String(Buffer.byteLength(form)),
      'User-Agent': 'TwilioProxy/1.1',
      ...signed,
      ...route.headers,
    }
    const start = route.url.startsWith('https:') ? httpsRequest : httpRequest
    const request = start(route.url, { method, headers, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      const chunks: Buffer[] = []
      let length = 0
      response.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length <= maxTwimlBytes * 2) chunks.push(chunk)
      })
      response.on('error', (error) => fail(error.message))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          contentType: response.headers['content-type'] ?? '',
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    request.on('error', (error) => fail(error.name === 'TimeoutError' ? `no answer within ${timeoutMs} ms` : error.message))
    request.end(form)
  })
}
