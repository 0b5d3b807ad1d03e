import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Fault } from '../stand-in/faults.ts'
import { createFaults } from '../stand-in/faults.ts'
import { openSavedList } from '../stand-in/saved-list.ts'
import type { Answer, Exchange } from '../stand-in/server.ts'
import { json, startServer } from '../stand-in/server.ts'
import { parseEmail } from './email-request.ts'
import type { SentMail } from './sent-mail.ts'
import { listPage, mailPage, pageHeaders } from './mailbox-page.ts'

const maxMails = 500
const keyLivesMs = 24 * 60 * 60 * 1_000

interface UsedKey {
  mailId: string
  bodyHash: string
  usedAtMs: number
}

export interface ResendStandInOptions {
  port?: number
  /** Mails survive restarts there. */
  dataDir?: string
}

export type ResendStandIn = Awaited<ReturnType<typeof startResendStandIn>>

/**
 * Resend's send API on this machine, and the mailbox that everything sent ends up in: a page at `mailboxUrl`, JSON at `/mailbox.json?to=`.
 * The last 500 mails are kept. Faults: `setFaults` or `POST /admin/faults`.
 * @throws Error `EADDRINUSE` when the port is taken.
 */
export async function startResendStandIn({ port, dataDir }: ResendStandInOptions = {}) {
  const faults = createFaults()
  const mails = openSavedList<SentMail>(maxMails, dataDir && join(dataDir, 'mails.json'))
  const usedKeys = openSavedList<UsedKey>(maxMails * 2, dataDir && join(dataDir, 'idempotency-keys.json'))
  const requests: { atMs: number; method: string; path: string; idempotencyKey: string | null }[] = []

  const server = await startServer({
    port,
    faults,
    refuse: (status, message) =>
      status === 429
        ? refuse(429, 'rate_limit_exceeded', 'Too many requests. Please limit the number of requests per second.')
        : refuse(status, status >= 500 ? 'internal_server_error' : 'validation_error', status >= 500 ? 'An unexpected error occurred.' : message),
    onExchange({ method, url, headers }) {
      requests.push({ atMs: Date.now(), method, path: url.pathname, idempotencyKey: headers['idempotency-key']?.toString() ?? null })
      if (requests.length > maxMails) requests.shift()
    },
    handle: (exchange) => (/^\/(?:mailbox|admin)\b/.test(exchange.url.pathname) ? answerMailbox(exchange) : answerApi(exchange)),
  })
  const newestFirst = () => mails.list().toReversed()

  function answerMailbox({ url }: Exchange): Answer {
    if (url.pathname === '/admin/requests') return json(200, requests)
    if (url.pathname === '/mailbox') return { status: 200, headers: pageHeaders, body: listPage(newestFirst()) }
    if (url.pathname === '/mailbox.json') {
      const to = url.searchParams.get('to')
      return json(200, newestFirst().filter((mail) => to === null || mail.to.includes(to)))
    }
    const mail = mails.get(url.pathname.slice('/mailbox/'.length))
    return mail ? { status: 200, headers: pageHeaders, body: mailPage(mail) } : refuse(404, 'not_found', 'There is no such mail.')
  }

  function answerApi({ method, url, headers, body }: Exchange): Answer {
    const key = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
    if (!key) return refuse(401, 'missing_api_key', 'Missing API key in the authorization header.')
    if (!key.startsWith('re_')) return refuse(403, 'invalid_api_key', 'API key is invalid.')
    if (method === 'POST' && url.pathname === '/emails') return send(body.toString(), headers['idempotency-key']?.toString())
    const mail = method === 'GET' ? mails.get(/^\/emails\/([\w-]+)$/.exec(url.pathname)?.[1] ?? '') : undefined
    if (mail) return json(200, presentMail(mail))
    if (/^\/emails(\/[\w-]+)?$/.test(url.pathname) && method !== 'GET') return refuse(405, 'method_not_allowed', 'Method is not allowed for the requested path.')
    return refuse(404, 'not_found', 'The requested endpoint does not exist.')
  }

  function send(body: string, idempotencyKey: string | undefined): Answer {
    if (idempotencyKey !== undefined && (idempotencyKey === '' || idempotencyKey.length > 256)) {
      return refuse(400, 'invalid_idempotency_key', 'The key must be between 1-256 chars.')
    }
    const email = parseEmail(body)
    if ('status' in email) return refuse(email.status, email.name, email.message)
    const bodyHash = createHash('sha256').update(JSON.stringify(email)).digest('hex')
    const used = idempotencyKey === undefined ? undefined : usedKeys.get(idempotencyKey)
    if (used && Date.now() - used.usedAtMs < keyLivesMs) {
      if (used.bodyHash === bodyHash) return json(200, { id: used.mailId })
      return refuse(409, 'invalid_idempotent_request', 'Same idempotency key used with a different request payload.')
    }
    const { from, to, subject, html = null, text = null, cc = [], bcc = [], reply_to: replyTo = [] } = email
    const mail = { id: randomUUID(), from, to, cc, bcc, replyTo, subject, html, text, idempotencyKey: idempotencyKey ?? null, createdAtMs: Date.now() }
    mails.put(mail.id, mail)
    if (idempotencyKey !== undefined) usedKeys.put(idempotencyKey, { mailId: mail.id, bodyHash, usedAtMs: Date.now() })
    return json(200, { id: mail.id })
  }

  return {
    url: server.url,
    mailboxUrl: `${server.url}/mailbox`,
    /** Oldest first. */
    mails: (): SentMail[] => mails.list(),
    requests: () => requests,
    setFaults: (list: Fault[]) => faults.set(list),
    stop: server.stop,
  }
}

const refuse = (statusCode: number, name: string, message: string): Answer => json(statusCode, { statusCode, message, name })

const presentMail = ({ id, from, to, cc, bcc, replyTo, subject, html, text, createdAtMs }: SentMail) => ({
  object: 'email',
  id,
  to,
  from,
  created_at: new Date(createdAtMs).toISOString(),
  subject,
  html,
  text,
  bcc,
  cc,
  reply_to: replyTo,
  last_event: 'delivered',
  scheduled_at: null,
})
