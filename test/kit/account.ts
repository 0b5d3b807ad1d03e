import type { Database } from '../../db/database.ts'
import { createAccounts } from '../../db/accounts.ts'
import { createCalls } from '../../db/calls.ts'
import type { ConversationRef } from '../../domain/conversation.ts'
import type { NamedKey } from '../../domain/environment.ts'
import type { KnowledgeInput } from '../../domain/knowledge.ts'

export const testKeyring: NamedKey[] = [{ id: 'k1', key: new Uint8Array(32).fill(7) }]

const nineToFive = [{ opens: '09:00', closes: '17:00' }]

/** A small business's knowledge, valid as it is; `changes` replace whole parts of it. */
export const testKnowledge = (changes: Partial<KnowledgeInput> = {}): KnowledgeInput => ({
  business: { name: 'Harbour Bicycles', phone: '+12065550100' },
  timeZone: 'America/Los_Angeles',
  hours: {
    weekly: {
      monday: nineToFive,
      tuesday: nineToFive,
      wednesday: nineToFive,
      thursday: nineToFive,
      friday: nineToFive,
      saturday: [],
      sunday: [],
    },
  },
  faqs: [{ id: 'helmets', question: 'Do you sell helmets?', answer: 'Yes, for children and adults.' }],
  greeting: 'Harbour Bicycles, how can I help?',
  disclosure: { isSpoken: true, text: 'This call is recorded.' },
  recording: { isEnabled: true },
  transfer: { number: null, when: 'never' },
  ...changes,
  // Direct answers are off unless a test wants them, so that any question at all asks the model.
  voice: { hasDirectAnswers: false, ...changes.voice },
})

let lastNumber = 100

/** An account with a number of its own. */
export async function createTestAccount(database: Database): Promise<{ accountId: string; number: string }> {
  const number = `+1206555${String((lastNumber += 1)).padStart(4, '0')}`
  const accountId = await createAccounts(database, testKeyring).create({
    companyName: 'Harbour Bicycles',
    ownerEmail: 'owner@harbour-bicycles.example',
    numbers: [number],
    knowledge: testKnowledge(),
  })
  return { accountId, number }
}

let lastCall = 0

/** A call that has come in, its recording due. `startedAtMs` is long ago, so that its wrap-up is due. */
export async function openTestCall(
  database: Database,
  { accountId, number }: { accountId: string; number: string },
): Promise<ConversationRef & { callSid: string }> {
  const callSid = `CA${String((lastCall += 1)).padStart(32, '0')}`
  const { conversationId } = await createCalls(database).open({
    accountId,
    callSid,
    from: '+12065559999',
    to: number,
    direction: 'inbound',
    knowledgeVersion: 1,
    recordingState: 'due',
    startedAtMs: 1_700_000_000_000,
  })
  return { accountId, conversationId, callSid }
}
