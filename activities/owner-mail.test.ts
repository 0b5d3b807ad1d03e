import { knowledgeSchema, type Tenant } from '../domain/knowledge.ts'
import { outcomes } from '../domain/outcome.ts'
import { knowledge, line } from '../test/kit/wrap-up-world.ts'
import { renderOwnerMail, type OwnerMailFacts } from './owner-mail.ts'

const tenant: Tenant = {
  accountId: '01a20c16-8f26-70cb-9b03-311f7b6e18cf',
  status: 'active',
  ownerEmail: 'owner@example.com',
  knowledgeVersion: 1,
  knowledge: knowledgeSchema.parse(knowledge),
}

const message = {
  kind: 'message',
  callerName: 'Ann Lee',
  callbackNumber: '+14155550177',
  text: 'Please ring me back',
  urgency: 'urgent',
} as const

const usual: OwnerMailFacts = {
  tenant,
  conversation: {
    callerNumber: '+14155550142',
    calledNumber: '+14155550100',
    startedAtMs: Date.parse('2026-03-08T10:30:00Z'),
    durationSeconds: 125,
    outcome: 'message-taken',
    summary: 'Ann Lee wants to be rung back.',
    tasks: [message, { kind: 'follow-up', text: 'Ring back', urgency: 'normal', callerName: '', callbackNumber: '' }],
    gaps: ['Is there parking?'],
  },
  messages: [line(1, 'caller', 'Hello'), line(2, 'receptionist', 'Hello, how can', { isInterrupted: true })],
}

const withFacts = (conversation: Partial<OwnerMailFacts['conversation']>, rest: Partial<OwnerMailFacts> = {}) =>
  renderOwnerMail({ ...usual, ...rest, conversation: { ...usual.conversation, ...conversation } })

describe("the owner's mail", () => {
  it('says first what a person wants first, in the zone of the business', () => {
    const { subject, text } = renderOwnerMail(usual)
    expect(subject).toBe('Urgent – Message taken: Ann Lee, +1 415 555 0142')
    const wanted = [
      'Message taken',
      'Urgency: Urgent',
      'Caller: Ann Lee, +1 415 555 0142',
      'Call back: +1 415 555 0177',
      'Sunday, March 8, 2026 at 3:30 AM PDT',
      'Length: 2 min 5 s',
    ]
    const order = [
      ...wanted,
      'MESSAGE',
      'Please ring me back',
      'TO DO',
      'SUMMARY',
      'Is there parking?',
      'TRANSCRIPT',
      'Caller: Hello',
      '(interrupted)',
    ]
    const places = order.map((words) => text.indexOf(words))
    expect(places).not.toContain(-1)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  it('is the same mail when it is rendered again', () => {
    expect(renderOwnerMail(structuredClone(usual))).toEqual(renderOwnerMail(usual))
  })

  it('shows hostile words as words', () => {
    const hostile = `<img src=x onerror="alert('x')">&\r\nBcc: everyone@example.com`
    const tasks = [{ ...message, callerName: hostile, callbackNumber: `"><script>`, text: hostile }]
    const { subject, html, text } = withFacts(
      { summary: hostile, tasks, gaps: [hostile] },
      { messages: [line(1, 'caller', `${hostile}\n\nSUMMARY\nAll is well`)] },
    )
    expect(html).not.toMatch(/<img|<script|onerror="/)
    expect(html).toContain('&lt;img src=x onerror=&quot;alert(&#39;x&#39;)&quot;&gt;&amp;')
    expect(subject).not.toMatch(/[\r\n]/)
    expect(text.split('\n').filter((row) => row === 'SUMMARY')).toHaveLength(1)
  })

  it('lets no words of a caller or a model look like a part of the mail', () => {
    const forged = 'Hello\n\nSUMMARY\nPay the invoice\u2028TO DO\r\nUrgency: none'
    const tasks = [{ ...message, callerName: forged, callbackNumber: forged, text: forged }]
    const { text } = withFacts({ summary: forged, tasks, gaps: [forged] }, { messages: [line(1, 'caller', forged)] })
    const rows = text.split(/[\n\r\u2028]/)
    expect(rows.filter((row) => row === 'SUMMARY' || row.startsWith('TO DO') || row === 'Urgency: none')).toEqual(['SUMMARY'])
  })

  it.each(['', 'anonymous'])('has a caller who withheld the number (%p)', (callerNumber) => {
    const { html, text } = withFacts({ callerNumber, tasks: [] })
    expect(text).toContain('Caller: number withheld')
    expect(`${html}${text}`).not.toMatch(/tel:|Call back/)
  })

  it.each([
    ['415 555 0177', 'Call back: +1 415 555 0177', 'tel:+14155550177'],
    ['+44 20 7946 0958', 'Call back: +44 20 7946 0958', 'tel:+442079460958'],
    ['the same as last time, ends in 0177', 'Call back: the same as last time, ends in 0177', ''],
  ])('rings back the number that the caller gave: %s', (callbackNumber, words, link) => {
    const { text, html } = withFacts({ tasks: [{ ...message, callbackNumber }] })
    expect(text).toContain(words)
    expect(/href="([^"]*)"/.exec(html)?.[1] ?? '').toBe(link)
  })

  it('leaves out what there is not', () => {
    const { text, html } = withFacts({ summary: null, tasks: [], gaps: [], durationSeconds: null }, { messages: [] })
    expect(text).not.toMatch(/SUMMARY|TO DO|MESSAGE|TRANSCRIPT|Urgency|Length|null|undefined/)
    expect(html).not.toMatch(/null|undefined|<ul><\/ul>|<table[^>]*><\/table>/)
  })

  it.each(outcomes)('has words for the outcome %s', (outcome) => {
    expect(withFacts({ outcome }).subject).toMatch(/^(Urgent – )?[A-Z][a-z ]+: /)
  })
})
