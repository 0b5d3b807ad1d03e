/** What the caller of the demo does, step by step; each waits for the reply to the one before. */
export type DemoStep =
  | { type: 'say'; words: string }
  /** Asks, and talks into the answer once so many of its words were heard. */
  | { type: 'interrupt'; words: string; afterWords: number; interruption: string }
  | { type: 'hang-up' }

export const demoScript: readonly DemoStep[] = [
  { type: 'say', words: 'Hi there. Are you open on Saturdays?' },
  { type: 'say', words: 'And how much does teeth whitening cost?' },
  {
    type: 'interrupt',
    words: 'What happens at a new patient visit?',
    afterWords: 14,
    interruption: 'Sorry, just tell me, how much is the new patient exam?',
  },
  { type: 'say', words: 'Can I bring my therapy dog along?' },
  { type: 'say', words: 'Yes please, take a message. I would like to know whether my therapy dog may come to my appointment.' },
  { type: 'say', words: 'My name is Dana Whitfield, and my number is 503 555 0107.' },
  { type: 'say', words: 'Yes, that is right.' },
  { type: 'say', words: 'No, that is all. Thank you, goodbye!' },
  { type: 'hang-up' },
]
