import type { SentMail } from './sent-mail.ts'

const style = `
:root { color-scheme: light dark; --ground: light-dark(#f6f7f9, #14161a); --card: light-dark(#fff, #1d2026); --ink: light-dark(#1b1f26, #e6e9ee); --faint: light-dark(#626b78, #97a1b0); --line: light-dark(#e0e4ea, #2d323b); --link: light-dark(#0b57d0, #8ab4f8) }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
h1 { font-size: 1.3rem; margin: 0 0 1rem }
h2 { font-size: .85rem; color: var(--faint); margin: 1.5rem 0 .5rem }
a { color: var(--link) }
ul { list-style: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: .5rem; overflow: hidden }
li + li { border-top: 1px solid var(--line) }
li a { display: block; padding: .7rem 1rem; background: var(--card); color: inherit; text-decoration: none }
li a:hover, li a:focus-visible { outline: 2px solid var(--link); outline-offset: -2px }
strong { display: block; overflow-wrap: anywhere }
small, dt { color: var(--faint) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0 0 1rem }
dd { margin: 0; overflow-wrap: anywhere }
pre, iframe { width: 100%; background: var(--card); border: 1px solid var(--line); border-radius: .5rem }
pre { padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; font: inherit }
iframe { height: 60vh; background: #fff; color-scheme: light }
`

/** Nothing is loaded and nothing runs: what a mail holds of scripts, forms and images stays dead. */
export const pageHeaders = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
  'Cache-Control': 'no-store',
}

export function listPage(mails: readonly SentMail[]): string {
  const items = mails.map(
    ({ id, subject, to, createdAtMs }) =>
      `<li><a href="/mailbox/${id}"><strong>${escaped(subject) || '(no subject)'}</strong><small>to ${escaped(to.join(', '))} · ${time(createdAtMs)}</small></a></li>`,
  )
  const list = items.length > 0 ? `<ul>${items.join('')}</ul>` : '<p>No mail has been sent yet.</p>'
  return page('Mailbox', `<h1>Mailbox: what was sent by mail</h1>${list}`)
}

export function mailPage(mail: SentMail): string {
  const { subject, from, to, cc, replyTo, html, text, createdAtMs } = mail
  const fields = { From: from, To: to.join(', '), Cc: cc.join(', '), 'Reply to': replyTo.join(', '), Sent: time(createdAtMs) }
  const list = Object.entries(fields).filter(([, value]) => value !== '').map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`)
  const body = [
    html === null ? '' : `<h2>As HTML</h2><iframe sandbox title="The mail as HTML" srcdoc="${escaped(html)}"></iframe>`,
    text === null ? '' : `<h2>As text</h2><pre>${escaped(text)}</pre>`,
  ]
  return page(subject, `<p><a href="/mailbox">All mail</a></p><h1>${escaped(subject)}</h1><dl>${list.join('')}</dl>${body.join('')}`)
}

const page = (title: string, body: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${style}</style></head><body><main>${body}</main></body></html>`

const time = (atMs: number) => new Date(atMs).toISOString().replace('T', ' ').slice(0, 19) + ' UTC'

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => entities[letter]!)
