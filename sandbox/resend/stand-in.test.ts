import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Resend } from 'resend'
import type { ResendStandIn, ResendStandInOptions } from './stand-in.ts'
import { startResendStandIn } from './stand-in.ts'

const mail = { from: 'IronVoice <calls@ironvoice.example>', to: 'owner@harbor.example', subject: 'A call', text: 'Dana called.', html: '<p>Dana called.</p>' }

describe("Resend's send API", () => {
  let standIn: ResendStandIn
  const start = async (options?: ResendStandInOptions) => (standIn = await startResendStandIn(options))
  const sdk = (key = 're_test') => new Resend(key, { baseUrl: standIn.url })
  const post = (body: object, headers: Record<string, string> = { Authorization: 'Bearer re_test' }) =>
    fetch(`${standIn.url}/emails`, { method: 'POST', headers, body: JSON.stringify(body) })

  beforeEach(() => start())
  afterEach(() => standIn.stop())

  it('takes a mail and shows it again', async () => {
    const { data } = await sdk().emails.send({ ...mail, replyTo: 'reply@harbor.example' })
    expect((await sdk().emails.get(data!.id)).data).toMatchObject({ ...mail, to: [mail.to], reply_to: ['reply@harbor.example'], last_event: 'delivered' })
    const inbox = await fetch(`${standIn.url}/mailbox.json?to=${mail.to}`)
    expect(await inbox.json()).toEqual([expect.objectContaining({ id: data!.id, subject: 'A call' })])
  })

  it('P-mail: one mail a key: the same again is the same mail, another mail under it is refused', async () => {
    const send = (subject: string) => sdk().emails.send({ ...mail, subject }, { idempotencyKey: 'wrap-up-CA1/tell-owner' })
    const first = await send('A call')
    expect((await send('A call')).data).toEqual(first.data)
    expect((await send('Another')).error).toMatchObject({ statusCode: 409, name: 'invalid_idempotent_request' })
    expect(standIn.mails()).toHaveLength(1)
    expect((await sdk().emails.send(mail, { idempotencyKey: 'x'.repeat(257) })).error).toMatchObject({ name: 'invalid_idempotency_key' })
  })

  it('a mail whose answer was lost is sent once, however often it is tried', async () => {
    standIn.setFaults([{ kind: 'unheard', times: 2 }])
    const send = () => sdk().emails.send(mail, { idempotencyKey: 'once' })
    expect((await send()).error).toMatchObject({ name: 'application_error' })
    expect((await send()).error).not.toBeNull()
    expect((await send()).data).toEqual({ id: standIn.mails()[0]!.id })
    expect(standIn.mails()).toHaveLength(1)
    expect(standIn.requests().map(({ idempotencyKey }) => idempotencyKey)).toEqual(['once', 'once', 'once'])
  })

  it.each([
    ['no subject', { subject: undefined }, 422, 'missing_required_field'],
    ['neither text nor html', { text: undefined, html: undefined }, 422, 'missing_required_field'],
    ['an address that is none', { to: 'owner' }, 422, 'validation_error'],
    ['a sender that is none', { from: 'IronVoice' }, 422, 'validation_error'],
    ['51 addressees', { to: Array.from({ length: 51 }, () => mail.to) }, 422, 'validation_error'],
    ['a field that it does not know', { priority: 1 }, 422, 'validation_error'],
  ])('refuses %s', async (_, change, status, name) => {
    const response = await post({ ...mail, ...change })
    expect([response.status, await response.json()]).toEqual([status, { statusCode: status, name, message: expect.any(String) }])
    expect(standIn.mails()).toEqual([])
  })

  it('wants a key, and limits the rate when told to', async () => {
    expect((await post(mail, {})).status).toBe(401)
    expect((await sdk('wrong').emails.send(mail)).error).toMatchObject({ statusCode: 403, name: 'invalid_api_key' })
    standIn.setFaults([{ kind: 'status', status: 429, retryAfterSeconds: 3, times: 1 }])
    const limited = await post(mail)
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3'])
    expect((await sdk().emails.get('no-such')).error).toMatchObject({ statusCode: 404, name: 'not_found' })
  })

  it("shows mail on a page where nothing of it can run, load or break out", async () => {
    const hostile = '<script>alert(1)</script><img src="https://tracker.example/x" onerror="alert(2)">"></iframe><b>'
    const { data } = await sdk().emails.send({ ...mail, subject: hostile, html: hostile, text: hostile })
    for (const page of [standIn.mailboxUrl, `${standIn.mailboxUrl}/${data!.id}`]) {
      const response = await fetch(page)
      const html = await response.text()
      expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
      expect(html).toContain('&lt;script&gt;alert(1)')
      expect(html).not.toMatch(/<script|<img|<b>/)
    }
    expect(await (await fetch(`${standIn.mailboxUrl}/${data!.id}`)).text()).toContain('<iframe sandbox title')
    expect((await fetch(`${standIn.mailboxUrl}/no-such`)).status).toBe(404)
  })

  it('remembers mails and keys over a restart', async () => {
    await standIn.stop()
    const dataDir = await mkdtemp(join(tmpdir(), 'resend-stand-in-'))
    await start({ dataDir })
    const first = await sdk().emails.send(mail, { idempotencyKey: 'k' })
    await standIn.stop()
    await start({ dataDir })
    expect((await sdk().emails.send(mail, { idempotencyKey: 'k' })).data).toEqual(first.data)
    expect(standIn.mails()).toHaveLength(1)
    await rm(dataDir, { recursive: true })
  })
})
