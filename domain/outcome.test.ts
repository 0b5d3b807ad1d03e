import type { ConversationEvent, Message } from './conversation.ts'
import { outcomes, settleOutcome, type Outcome } from './outcome.ts'

const line = (role: Message['role'], event: ConversationEvent | null = null, passages: string[] = []): Message => ({
  key: crypto.randomUUID(), seq: 0, atMs: 0, role, text: '', event, isInterrupted: false, firstTokenMs: null, passages,
})
const asked = line('caller')
const answered = line('receptionist', null, ['faq-1'])

describe('the outcome that is kept', () => {
  it.each<[string, Message[], Outcome | null, Outcome]>([
    ['an emergency outranks everything', [asked, answered, line('event', 'message-taken'), line('event', 'emergency')], 'spam', 'emergency'],
    ['an answered transfer is a transfer', [asked, line('event', 'transfer-answered')], 'answered', 'transferred'],
    ['a kept message is a message', [asked, answered, line('event', 'message-taken')], 'answered', 'message-taken'],
    ['nobody spoke', [line('receptionist')], 'answered', 'abandoned'],
    ['the model never worked', [asked, line('event', 'model-failed')], 'answered', 'failed'],
    ['the model may call it spam', [asked, answered], 'spam', 'spam'],
    ['the model cannot invent a transfer', [asked, answered], 'transferred', 'answered'],
    ['without a model, knowledge given is an answer', [asked, answered], null, 'answered'],
  ])('%s', (_, messages, believed, expected) => {
    expect(settleOutcome(messages, believed)).toBe(expected)
  })

  it('no belief of a model alone makes a fact of emergency, transfer, message or failure', () => {
    for (const believed of outcomes) {
      expect(['answered', 'spam', 'abandoned']).toContain(settleOutcome([asked, answered], believed))
    }
  })
})
