import { join } from 'node:path'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import type { Fault } from '../stand-in/faults.ts'
import { createFaults } from '../stand-in/faults.ts'
import { openSavedList } from '../stand-in/saved-list.ts'
import type { Exchange } from '../stand-in/server.ts'
import { json, startServer } from '../stand-in/server.ts'
import type { CallRecord } from './call-record.ts'
import { isOver, newSid } from './call-record.ts'
import type { DebuggerEntry } from './debugger.ts'
import { createDebugger } from './debugger.ts'
import type { Callee } from './dial.ts'
import type { LineEvent } from './line-events.ts'
import { handsetActionSchema } from './line-events.ts'
import type { LiveCall, NumberConfig, Pace } from './live-call.ts'
import { startLiveCall } from './live-call.ts'
import type { PublicOrigins } from './public-edge.ts'
import { createRecordings } from './recordings.ts'
import { createRestApi, restError } from './rest-api.ts'
import type { SentWebhook } from './webhooks.ts'
import { createWebhooks } from './webhooks.ts'

export interface TwilioStandInOptions {
  port?: number
  accountSid: string
  authToken: string
  numbers: NumberConfig[]
  /** Calls and recordings survive restarts there. */
  dataDir?: string
  /** Public origins and the loopback ones behind them; without, every URL is reached as it is spelled. */
  origins?: PublicOrigins
  /** Default: 40 ms a word, real seconds, 300 ms to process a recording. */
  pace?: Partial<Pace>
  /** Default: 50 attempts, 100 ms apart. */
  reconnect?: { attempts: number; delayMs: number }
  /** How long webhooks may take; Twilio's 15 seconds by default. */
  webhookTimeoutMs?: number
  /** Who can be rung by <Dial>; anybody else answers after 1 s and hangs up 3 s later. */
  callees?: Record<string, Partial<Callee>>
  refusesRecordingInRelay?: boolean
}

/** What the stand-in saw of one call: its last thousand frames and webhooks. */
export interface CallLog {
  call: CallRecord
  entries: ({ atMs: number } & ({ kind: 'webhook'; sent: SentWebhook } | { kind: 'frame-sent' | 'frame-received'; frame: string }))[]
}

export type TwilioStandIn = Awaited<ReturnType<typeof startTwilioStandIn>>

const averageCallee: Callee = { outcome: 'answers', ringSeconds: 1, talkSeconds: 3 }

/**
 * Twilio on this machine: its REST API, its voice core, and a line for handsets (`phone.ts`) at `/phone`.
 * Faults are set by `setFaults` or `POST /admin/faults`; callbacks are `callback status`, `callback action`, `callback recording`.
 * @throws Error `EADDRINUSE` when the port is taken.
 */
export async function startTwilioStandIn(options: TwilioStandInOptions) {
  const { accountSid, authToken, numbers, dataDir } = options
  const pace: Pace = { wordMs: 40, secondMs: 1_000, processingMs: 300, ...options.pace }
  const nowMs = Date.now
  const timers = new Set<NodeJS.Timeout>()
  const after = (ms: number, run: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      run()
    }, ms)
    timers.add(timer)
    return () => {
      clearTimeout(timer)
      timers.delete(timer)
    }
  }
  const faults = createFaults()
  const debug = createDebugger(nowMs)
  const calls = openSavedList<CallRecord>(1_000, dataDir && join(dataDir, 'calls.json'))
  for (const call of calls.list().filter((each) => !isOver(each))) Object.assign(call, { status: 'failed', endedAtMs: nowMs() })
  const live = new Map<string, LiveCall>()
  const logs = openSavedList<CallLog>(200)
  const requests: { atMs: number; method: string; path: string; form: Record<string, string> }[] = []
  const callees = new Map(Object.entries(options.callees ?? {}))
  let resentFrames = 0

  function log(callSid: string, entry: CallLog['entries'][number]) {
    const entries = logs.get(callSid)?.entries
    entries?.push(entry)
    if (entries && entries.length > 1_000) entries.shift()
  }

  const webhooks = createWebhooks({
    authToken,
    origins: options.origins ?? {},
    faults,
    debug,
    timeoutMs: options.webhookTimeoutMs ?? 15_000,
    after,
    onSent: (sent) => log(sent.params.CallSid ?? '', { atMs: nowMs(), kind: 'webhook', sent }),
  })
  const recordings = createRecordings({
    accountSid,
    webhooks,
    publicUrl: () => server.url,
    nowMs,
    after,
    processingMs: pace.processingMs,
    file: dataDir && join(dataDir, 'recordings.json'),
    onChange: ({ callSid, sid, status }) => live.get(callSid)?.hearRecording(sid, status),
  })
  const answerRest = createRestApi({
    accountSid,
    authToken,
    calls,
    recordings,
    liveCall: (sid) => live.get(sid),
    refusesRecordingInRelay: options.refusesRecordingInRelay ?? false,
  })
  const handsets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 })

  const server = await startServer({
    port: options.port,
    faults,
    onExchange({ method, url, body }) {
      requests.push({ atMs: nowMs(), method, path: url.pathname + url.search, form: Object.fromEntries(new URLSearchParams(body.toString())) })
      if (requests.length > 500) requests.shift()
    },
    handle: (exchange) => (exchange.url.pathname.startsWith('/admin/') ? answerAdmin(exchange) : answerRest(exchange)),
    refuse: (status, message) => restError(status, status === 429 ? 20429 : status >= 500 ? 20500 : 20001, status === 429 ? 'Too Many Requests' : message),
    upgrade(request, socket, head) {
      if (request.url !== '/phone') return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n')
      handsets.handleUpgrade(request, socket, head, serveHandset)
    },
  })

  function answerAdmin({ method, url, body }: Exchange) {
    if (url.pathname === '/admin/calls') return json(200, logs.list())
    if (url.pathname === '/admin/debugger') return json(200, debug.list())
    if (url.pathname === '/admin/requests') return json(200, requests)
    if (url.pathname === '/admin/callees' && method === 'POST') {
      Object.entries(JSON.parse(body.toString()) as Record<string, Partial<Callee>>).forEach(([number, callee]) => callees.set(number, callee))
      return json(200, Object.fromEntries(callees))
    }
    return restError(404, 20404, `The requested resource ${url.pathname} was not found`)
  }

  function serveHandset(socket: WebSocket) {
    let call: LiveCall | undefined
    const tell = (event: LineEvent) => socket.readyState === socket.OPEN && socket.send(JSON.stringify(event))
    socket.on('error', () => {})
    socket.on('close', () => call?.hangUp('caller'))
    socket.on('message', (data: Buffer) => {
      const action = parseAction(data.toString())
      if (!action) return socket.close(1008, 'not something that a handset does')
      if (action.type !== 'dial') return call?.act(action)
      const number = numbers.find(({ e164 }) => e164 === action.to)
      if (!number || call) return socket.close(1008, number ? 'busy' : `${action.to} is not in service`)
      call = placeCall(number, action.from, tell)
    })
  }

  function placeCall(number: NumberConfig, from: string, tell: (event: LineEvent) => void): LiveCall {
    const call: CallRecord = {
      sid: newSid('CA'),
      parentSid: null,
      from,
      to: number.e164,
      direction: 'inbound',
      status: 'ringing',
      createdAtMs: nowMs(),
      startedAtMs: null,
      endedAtMs: null,
    }
    calls.put(call.sid, call)
    logs.put(call.sid, { call, entries: [] })
    const liveCall = startLiveCall({
      call,
      number,
      accountSid,
      authToken,
      origins: options.origins ?? {},
      pace,
      reconnect: options.reconnect ?? { attempts: 50, delayMs: 100 },
      webhooks,
      recordings,
      debug,
      calleeOf: (e164) => ({ ...averageCallee, ...callees.get(e164) }),
      addLeg: (leg) => calls.put(leg.sid, leg),
      repeatedAfterReconnect: () => resentFrames,
      nowMs,
      after,
      tell,
      onFrame: (direction, frame) => log(call.sid, { atMs: nowMs(), kind: `frame-${direction}`, frame }),
      save: calls.save,
    })
    live.set(call.sid, liveCall)
    void liveCall.done.finally(() => live.delete(call.sid))
    return liveCall
  }

  return {
    url: server.url,
    /** What was seen of each call, oldest first. */
    calls: (): CallLog[] => logs.list(),
    debugger: (callSid?: string): DebuggerEntry[] => debug.list(callSid),
    /** REST requests, oldest first. */
    requests: () => requests,
    recordings: recordings.list,
    setFaults: (list: Fault[]) => faults.set(list),
    setCallee: (e164: string, callee: Partial<Callee>) => void callees.set(e164, callee),
    /** After a reconnect, so many of the events sent just before the drop are sent again. */
    setResentFrames: (count: number) => void (resentFrames = count),
    /** Ends every call, as a power cut at Twilio would, and stops. */
    async stop() {
      const ending = [...live.values()].map((call) => (call.hangUp('api'), call.done))
      const patience = new Promise<void>((resolve) => void after(2_000, resolve))
      await Promise.race([Promise.allSettled(ending), patience])
      timers.forEach(clearTimeout)
      handsets.clients.forEach((socket) => socket.terminate())
      await server.stop()
    },
  }
}

function parseAction(data: string) {
  try {
    return handsetActionSchema.parse(JSON.parse(data))
  } catch {
    return null
  }
}
