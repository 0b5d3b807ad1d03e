import type { IncomingMessage, ServerResponse } from 'node:http'
import { bodyOf, serve } from './wire.ts'

export interface WireAnswer {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

export interface WireRecording {
  sid: string
  status: string
  bytes: Buffer
  /** What is sent instead of `bytes` the first so many times. */
  damaged?: { times: number; bytes: Buffer }
}

export interface WireCall {
  status: string
  durationSeconds: number | null
  endedAtMs: number
  recordings: WireRecording[]
}

type Fault = (attempt: number) => Promise<WireAnswer | null> | WireAnswer | null

/** A WAV file of silence, `seconds` long. */
export function silence(seconds: number): Buffer {
  const data = Buffer.alloc(seconds * 16_000)
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + data.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(8_000, 24)
  header.writeUInt32LE(16_000, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(data.length, 40)
  return Buffer.concat([header, data])
}

/** Twilio, OpenAI and Resend as a wrap-up meets them on the wire: one server, that counts what it was really asked. */
export async function startVendors() {
  const calls = new Map<string, WireCall>()
  const mails = new Map<string, { to: string; subject: string; text: string; html: string }>()
  const counts = { model: 0, mailRequests: 0, downloads: 0, looks: 0 }
  const prompts: string[] = []
  const deleted: string[] = []
  const faults: { model: Fault; mail: Fault; twilio: Fault } = {
    model: () => null,
    mail: () => null,
    twilio: () => null,
  }
  let answer: unknown = null

  async function handle(request: IncomingMessage, body: string): Promise<WireAnswer & { bytes?: Buffer }> {
    const { pathname } = new URL(request.url!, 'http://vendor')
    if (pathname === '/v1/chat/completions') {
      counts.model += 1
      const fault = await faults.model(counts.model)
      if (fault) return fault
      prompts.push(body)
      const content = typeof answer === 'string' ? answer : JSON.stringify(answer)
      return {
        status: 200,
        body: {
          id: 'c',
          object: 'chat.completion',
          choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
        },
      }
    }
    if (pathname === '/emails') {
      counts.mailRequests += 1
      const fault = await faults.mail(counts.mailRequests)
      if (fault) return fault
      const key = String(request.headers['idempotency-key'])
      const mail = JSON.parse(body) as { to: string; subject: string; text: string; html: string }
      const earlier = mails.get(key)
      if (earlier && JSON.stringify(earlier) !== JSON.stringify(mail)) {
        return {
          status: 409,
          body: { statusCode: 409, name: 'invalid_idempotent_request', message: 'another payload' },
        }
      }
      mails.set(key, mail)
      return { status: 200, body: { id: `mail-${key}` } }
    }
    const fault = await faults.twilio((counts.looks += 1))
    if (fault) return fault
    return twilio(request.method!, pathname)
  }

  function twilio(method: string, pathname: string): WireAnswer & { bytes?: Buffer } {
    const call = calls.get(/CA[0-9a-f]{32}/.exec(pathname)?.[0] ?? '')
    const recordingSid = /RE[0-9a-f]{32}/.exec(pathname)?.[0]
    if (recordingSid) {
      const owner = [...calls.values()].find(({ recordings }) => recordings.some(({ sid }) => sid === recordingSid))
      const recording = owner?.recordings.find(({ sid }) => sid === recordingSid)
      if (!owner || !recording) return { status: 404, body: { code: 20404, message: 'not found', status: 404 } }
      if (method === 'DELETE') {
        owner.recordings = owner.recordings.filter(({ sid }) => sid !== recordingSid)
        deleted.push(recordingSid)
        return { status: 204 }
      }
      counts.downloads += 1
      const isDamaged = recording.damaged && recording.damaged.times-- > 0
      return {
        status: 200,
        bytes: isDamaged ? recording.damaged!.bytes : recording.bytes,
        headers: { 'Content-Type': 'audio/x-wav' },
      }
    }
    if (!call) return { status: 404, body: { code: 20404, message: 'not found', status: 404 } }
    if (pathname.endsWith('/Recordings.json')) {
      return {
        status: 200,
        body: {
          recordings: call.recordings.map(({ sid, status }) => ({ sid, status, duration: '1' })),
          page: 0,
          page_size: 50,
          uri: pathname,
        },
      }
    }
    const isOver = call.status === 'completed'
    return {
      status: 200,
      body: {
        status: call.status,
        duration: call.durationSeconds === null ? null : String(call.durationSeconds),
        end_time: isOver ? new Date(call.endedAtMs).toUTCString() : null,
      },
    }
  }

  async function respond(request: IncomingMessage, response: ServerResponse) {
    const { status, body: answered, bytes, headers } = await handle(request, await bodyOf(request))
    const content = bytes ?? (answered === undefined ? '' : JSON.stringify(answered))
    const length = status === 204 ? {} : { 'Content-Length': Buffer.byteLength(content) }
    response.writeHead(status, { 'Content-Type': 'application/json', ...length, ...headers }).end(content)
  }

  const { url, stop } = await serve((request, response) => void respond(request, response))
  return {
    url,
    stop,
    calls,
    mails,
    counts,
    prompts,
    deleted,
    faults,
    /** What the model says of a call: an object, or text as it is. */
    setAnswer: (next: unknown) => {
      answer = next
    },
  }
}

export type Vendors = Awaited<ReturnType<typeof startVendors>>
