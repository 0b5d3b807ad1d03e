import type { Message } from '../domain/conversation.ts'
import { createTranscript } from './transcript.ts'

describe('the transcript of a session', () => {
  it('keeps the order in which things were said when the clock is set back', () => {
    const lines: Message[] = []
    let nowMs = 600_000
    const transcript = createTranscript({
      ref: { accountId: 'a', conversationId: 'c' },
      write: (_, written) => lines.push(...written),
      clock: { nowMs: () => nowMs, after: () => () => {} },
      writer: 'w',
      firstSeq: 0,
    })
    transcript.heard('Are you open?')
    nowMs = 0
    transcript.said('Yes.')
    transcript.heard('Thank you.')
    const inOrder = lines.toSorted((one, other) => one.atMs - other.atMs || one.seq - other.seq)
    expect(inOrder.map(({ text }) => text)).toEqual(['Are you open?', 'Yes.', 'Thank you.'])
  })
})
