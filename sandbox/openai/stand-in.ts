import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../stand-in/faults.ts'
import { createFaults } from '../stand-in/faults.ts'
import type { Answer, Exchange } from '../stand-in/server.ts'
import { json, startServer } from '../stand-in/server.ts'
import { ApiError, refusal } from './api-error.ts'
import type { ChatRequest } from './chat-request.ts'
import { parseChatRequest } from './chat-request.ts'
import type { FinishReason, ModelReply, Piece, Usage } from './completion.ts'
import { createCompletionForms, piecesOf } from './completion.ts'
import { answerAsModel } from './mind/answer.ts'
import { countTokens, createPromptCache } from './tokens.ts'

const models = ['gpt-4o-mini', 'gpt-4o-mini-2024-07-18', 'gpt-4o', 'gpt-4.1-mini']
const maxRequests = 5_000

/** One request as the stand-in saw it. */
export interface SeenRequest {
  atMs: number
  path: string
  body: Record<string, unknown> | null
  /** The client went away before its answer was complete. */
  isAborted: boolean
  isFinished: boolean
  /** Tokens that were sent. */
  tokens: number
}

export interface OpenAiStandInOptions {
  port?: number
  /** From the request to the first token; 120 by default. */
  firstTokenMs?: number
  /** From one token to the next; 8 by default. */
  tokenMs?: number
  /** What answers; {@link answerAsModel} when left out. */
  mind?: (request: ChatRequest) => ModelReply
}

export type OpenAiStandIn = Awaited<ReturnType<typeof startOpenAiStandIn>>

/**
 * OpenAI's chat completions on this machine, as particular about requests as OpenAI is. No model is behind it: see `mind/`.
 * Faults: `setFaults` or `POST /admin/faults`; what it was asked: `requests()` or `GET /admin/requests`; pace: `setPace` or `POST /admin/pace`.
 * @throws Error `EADDRINUSE` when the port is taken.
 */
export async function startOpenAiStandIn({ port, mind = answerAsModel, ...options }: OpenAiStandInOptions = {}) {
  let pace = { firstTokenMs: 120, tokenMs: 8, ...options }
  const faults = createFaults()
  const cache = createPromptCache()
  const requests: SeenRequest[] = []
  const seenBy = new WeakMap<Exchange, SeenRequest>()
  const stopped = new AbortController()

  const server = await startServer({
    port,
    faults,
    refuse: (status, message) => refusal(status, message).answer(),
    onExchange: remember,
    handle(exchange) {
      try {
        return route(exchange)
      } catch (error) {
        if (error instanceof ApiError) return error.answer()
        throw error
      }
    },
  })

  function remember(exchange: Exchange) {
    const { url, body, signal } = exchange
    const seen = { atMs: Date.now(), path: url.pathname, body: parseBody(body), isAborted: false, isFinished: false, tokens: 0 }
    signal.addEventListener('abort', () => (seen.isAborted = !seen.isFinished))
    requests.push(seen)
    seenBy.set(exchange, seen)
    if (requests.length > maxRequests) requests.shift()
  }

  function route(exchange: Exchange): Answer | Promise<Answer> {
    const { method, url, headers, body } = exchange
    if (url.pathname === '/admin/requests') return json(200, requests)
    if (url.pathname === '/admin/pace' && method === 'POST') return json(200, setPace(JSON.parse(body.toString())))
    if (!/^Bearer \S+$/.test(headers.authorization ?? '')) {
      throw new ApiError(401, "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).")
    }
    if (url.pathname === '/v1/models' && method === 'GET') return json(200, { object: 'list', data: models.map(presentModel) })
    if (url.pathname === '/v1/chat/completions') {
      if (method !== 'POST') throw new ApiError(405, `Not allowed to ${method} on /v1/chat/completions (HINT: Perhaps you meant to use a different HTTP method?)`)
      return complete(exchange, parseChatRequest(body.toString()))
    }
    throw new ApiError(404, `Invalid URL (${method} ${url.pathname})`)
  }

  async function complete(exchange: Exchange, request: ChatRequest): Promise<Answer> {
    const { pieces, finishReason } = piecesOf(mind(request), request.max_completion_tokens ?? request.max_tokens ?? Infinity)
    const prompt = JSON.stringify([request.tools ?? [], request.messages])
    const usage = { promptTokens: countTokens(prompt), cachedTokens: cache.lookUp(prompt), completionTokens: pieces.length }
    const forms = createCompletionForms(request.model, Date.now(), request.stream_options?.include_usage ?? false)
    const headers = { 'openai-version': '2020-10-01', 'x-request-id': `req_${usage.promptTokens}_${requests.length}` }
    const seen = seenBy.get(exchange)!
    if (request.stream) {
      const body = stream(forms, pieces, finishReason, usage, request, exchange, seen)
      return { status: 200, headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache', ...headers }, body }
    }
    if (exchange.fault?.kind === 'stall') await forever(exchange.signal)
    await pause(pace.firstTokenMs + pieces.length * pace.tokenMs, undefined, { signal: exchange.signal })
    Object.assign(seen, { isFinished: true, tokens: pieces.length })
    return json(200, forms.whole(pieces, finishReason, usage), headers)
  }

  async function* stream(
    forms: ReturnType<typeof createCompletionForms>,
    pieces: Piece[],
    finishReason: FinishReason,
    usage: Usage,
    request: ChatRequest,
    { signal, fault }: Exchange,
    seen: SeenRequest,
  ): AsyncGenerator<string> {
    const stallsAt = fault?.kind === 'stall' ? (fault.afterTokens ?? 0) : Infinity
    const sse = (chunk: object) => `data: ${JSON.stringify(chunk)}\n\n`
    try {
      await pause(pace.firstTokenMs, undefined, { signal })
      yield sse(forms.first(pieces[0]?.call !== undefined))
      for (const [at, piece] of pieces.entries()) {
        if (at >= stallsAt) await forever(signal)
        if (at > 0 && pace.tokenMs > 0) await pause(pace.tokenMs, undefined, { signal })
        seen.tokens += 1
        yield sse(forms.piece(piece))
      }
      yield sse(forms.last(finishReason))
      if (request.stream_options?.include_usage) yield sse(forms.usage(usage))
      seen.isFinished = true
      yield 'data: [DONE]\n\n'
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  /** Until the client gives up, or the stand-in stops. */
  const forever = (signal: AbortSignal) => pause(2 ** 31 - 1, undefined, { signal: AbortSignal.any([signal, stopped.signal]) })

  function setPace(changes: { firstTokenMs?: number; tokenMs?: number }) {
    pace = { ...pace, ...changes }
    return pace
  }

  return {
    /** Ends in `/v1`. */
    url: `${server.url}/v1`,
    /** Oldest first, the last 5,000. */
    requests: (): readonly SeenRequest[] => requests,
    setFaults: (list: Fault[]) => faults.set(list),
    setPace,
    stop() {
      stopped.abort()
      return server.stop()
    },
  }
}

function parseBody(body: Buffer): Record<string, unknown> | null {
  try {
    return JSON.parse(body.toString()) as Record<string, unknown>
  } catch {
    return null
  }
}

const presentModel = (id: string) => ({ id, object: 'model', created: 1_721_172_741, owned_by: 'system' })
