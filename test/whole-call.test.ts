import { createDirectory } from '../db/directory.ts'
import { createAccounts } from '../db/accounts.ts'
import { createTenants } from '../db/tenants.ts'
import { createTranscripts } from '../db/transcripts.ts'
import { createWrapUps } from '../db/wrap-ups.ts'
import { demoTenant } from '../sandbox/demo-tenant.ts'
import { dial, type PhoneCall, type PhoneEvent } from '../sandbox/twilio/phone.ts'
import { startTestSandbox, type RunningSandbox } from './kit/running-sandbox.ts'
import { execute } from './kit/sql.ts'
import { until } from './kit/until.ts'

interface ModelRequestSeen {
  body: { store?: boolean; model: string; temperature: number; stream?: boolean; messages: { role: string; content: string }[] }
}

describe('a call over real processes', () => {
  let sandbox: RunningSandbox

  beforeAll(async () => {
    sandbox = await startTestSandbox()
  }, 60_000)

  afterAll(() => sandbox?.stop(), 60_000)

  async function ring(onEvent?: (event: PhoneEvent) => void): Promise<PhoneCall> {
    return dial({ to: demoTenant.number, from: demoTenant.callerNumber, twilioUrl: sandbox.facts.twilioBaseUrl!, onEvent })
  }

  const see = async <Seen>(url: string): Promise<Seen> => (await fetch(url)).json() as Promise<Seen>

  async function wrappedUp(callSid: string) {
    const directory = createDirectory(sandbox.database)
    await until(async () => (await directory.findConversationByExternalId('call', callSid))?.isWrappedUp === true)
    const ref = (await directory.findConversationByExternalId('call', callSid))!
    const [record, messages] = await Promise.all([
      createWrapUps(sandbox.database).load(ref),
      createTranscripts(sandbox.database).read(ref),
    ])
    return { ref, record: record!, messages }
  }

  const rowsOf = (table: string, conversationId: string) =>
    execute<Record<string, unknown>>(sandbox.facts.databaseAdminUrl!, `select * from ${table} where conversation_id = $1`, [conversationId])

  const mailsTo = (to: string) => see<{ subject: string; text: string }[]>(`${sandbox.facts.mailboxUrl}.json?to=${encodeURIComponent(to)}`)

  it('P-calls: is answered from the knowledge, kept, recorded, summed up, metered once, and its owner told once', async () => {
    const call = await ring()
    const hours = await call.say('Are you open on Saturdays?')
    await call.say('Please take a message.')
    await call.say('My name is Rowan Ashby, and I would like somebody to call me about a crown.')
    await call.say('Yes, that is right.')
    await call.hangUp()
    const { ref, record, messages } = await wrappedUp(call.callSid)

    expect(hours.text).toMatch(/Saturdays?.*nine/i)
    expect(record).toMatchObject({ callerNumber: demoTenant.callerNumber, outcome: 'message-taken', recordingState: 'deleted' })
    expect(record.durationSeconds).toBeGreaterThan(0)
    expect(record.summary).toBeTruthy()
    expect(record.tasks).toContainEqual(expect.objectContaining({ kind: 'message', callerName: 'Rowan Ashby' }))
    expect(messages.filter(({ role }) => role === 'caller').map(({ text }) => text)[0]).toBe('Are you open on Saturdays?')
    expect(await rowsOf('usage_record', ref.conversationId)).toEqual([expect.objectContaining({ quantity_seconds: record.durationSeconds })])
    expect(await rowsOf('recording', ref.conversationId)).toHaveLength(1)
    const told = (await mailsTo(demoTenant.ownerEmail)).filter(({ text }) => text.includes('Rowan Ashby'))
    expect(told).toHaveLength(1)
  }, 60_000)

  it('P-consent: nothing is recorded before the disclosure was heard to its end', async () => {
    const events: string[] = []
    const call = await ring((event) => {
      if (event.type === 'disclosure' || event.type === 'recording') events.push(event.type)
    })
    await until(() => events.includes('recording'))
    await call.hangUp()
    expect(events.slice(0, 2)).toEqual(['disclosure', 'recording'])
    await wrappedUp(call.callSid)
  }, 60_000)

  it("P-ai, P-no-training: the model gets this tenant's knowledge and the words, never the caller's number, and may keep nothing", async () => {
    const requests = await see<ModelRequestSeen[]>(`${new URL(sandbox.facts.openaiBaseUrl!).origin}/admin/requests`)
    expect(requests.length).toBeGreaterThan(0)
    for (const { body } of requests) {
      expect(body).toMatchObject({ store: false, model: 'gpt-4o-mini' })
      expect(JSON.stringify(body)).not.toContain(demoTenant.callerNumber.slice(2))
    }
    const turns = requests.filter(({ body }) => body.stream)
    expect(turns.length).toBeGreaterThan(0)
    const prefixes = new Set(turns.map(({ body }) => body.messages[0]!.content))
    expect(prefixes.size).toBe(1)
    expect([...prefixes][0]).toContain('Alder Cove Dental')
  })

  it('a person who was asked for and does not answer is replaced by a message', async () => {
    const { accountId, transferNumber } = demoTenant
    const { knowledge } = (await createTenants(sandbox.database).load(accountId))!
    const transfer = { ...knowledge.transfer, when: 'always', ringSeconds: 5 } as const
    await createAccounts(sandbox.database, []).publishKnowledge(accountId, { ...knowledge, transfer })
    await fetch(`${sandbox.facts.twilioBaseUrl}/admin/callees`, {
      method: 'POST',
      body: JSON.stringify({ [transferNumber]: { outcome: 'no-answer' } }),
    })
    const rung: string[] = []
    const call = await ring((event) => {
      if (event.type === 'transfer') rung.push(`${event.number} ${event.status}`)
    })
    await call.say('I want to speak to a real person.')
    const opening = await call.listen()
    await call.say('My name is Juno Marsh, please call me back about my invoice.')
    await call.say('Yes, that is right.')
    await call.hangUp()
    const { record, messages } = await wrappedUp(call.callSid)

    expect(rung).toEqual([`${transferNumber} ringing`, `${transferNumber} no-answer`])
    expect(opening.text).toMatch(/nobody can take your call/)
    expect(messages.flatMap(({ event }) => event ?? [])).toEqual(expect.arrayContaining(['transfer-requested', 'transfer-unanswered', 'message-taken']))
    expect(record).toMatchObject({ outcome: 'message-taken', tasks: [expect.objectContaining({ kind: 'message', callerName: 'Juno Marsh' })] })
  }, 60_000)

  it('a killed relay loses at most the turn being spoken: the call goes on, with one wrap-up and one usage line', async () => {
    const call = await ring()
    await call.say('How much does teeth whitening cost?')
    await until(async () => {
      const found = await createDirectory(sandbox.database).findConversationByExternalId('call', call.callSid)
      const lines = found ? await createTranscripts(sandbox.database).read(found) : []
      return lines.some(({ text }) => /three hundred ninety-nine/.test(text))
    })
    process.kill(sandbox.facts.pids.relay!, 'SIGKILL')
    await until(() => sandbox.said.some((line) => line.startsWith('relay is started again')))
    const reply = await call.say('And are you open on Saturdays?')
    expect(reply.text).toMatch(/Saturday/)
    await call.hangUp()
    const { ref, record, messages } = await wrappedUp(call.callSid)

    expect(messages.map(({ text }) => text).join('\n')).toMatch(/whitening cost[\s\S]*three hundred ninety-nine[\s\S]*Saturdays/)
    expect(record.outcome).toBe('answered')
    expect(await rowsOf('usage_record', ref.conversationId)).toHaveLength(1)
  }, 60_000)
})
