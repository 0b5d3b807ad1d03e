import { setImmediate as settle } from 'node:timers/promises'
import { callBounds } from '../domain/call-bounds.ts'
import type { Step } from '../test/kit/scripted-turn.ts'
import { closedAtMs, createTestCall, openAtMs, toolCall } from '../test/kit/scripted-turn.ts'
import { english } from './phrases-english.ts'
import { spanish } from './phrases-spanish.ts'

const message = (changes: object = {}) => ({ callerName: 'Ann Lee', callbackNumber: '', text: 'My bike is broken', urgency: 'normal', ...changes })
const takeMessage = (changes: object = {}) => [toolCall('take_message', message(changes))]
const transferable = { number: '+12065550142', when: 'open-hours' as const }
const toolResults = (call: ReturnType<typeof createTestCall>) =>
  call.dialogue.recentLines().flatMap(({ role, content }) => (role === 'tool' ? [JSON.parse(content)] : []))

describe('take_message', () => {
  it('is read back, and kept only after the caller confirmed it', async () => {
    const call = createTestCall()
    const held = await call.turn('tell them my bike is broken', takeMessage({ urgency: 'urgent', callbackNumber: '555 010 4477' }))
    expect(held.text).toBe(
      'Let me read that back, as an urgent message. From Ann Lee: My bike is broken. The number to call back is five five five, zero one zero, four four seven seven. Is that right?',
    )
    expect(call.kept).toEqual([])
    const confirmed = await call.turn("Yes, that's right, thank you.")
    expect(confirmed).toMatchObject({ text: english.messageKept, action: null, isProductive: true })
    expect(call.kept.map(({ message }) => message)).toEqual([message({ urgency: 'urgent', callbackNumber: '555 010 4477' })])
    expect(call.model.streams).toHaveLength(1)
  })

  it('says that it is saved only once it is', async () => {
    const call = createTestCall()
    await call.turn('tell them my bike is broken', takeMessage())
    const { promise, resolve } = Promise.withResolvers<void>()
    call.ports.keepMessage = () => promise
    const before = call.said.length
    const turn = call.begin('yes')
    await settle()
    expect(call.said).toHaveLength(before)
    resolve()
    expect((await turn).text).toBe(english.messageKept)
  })

  it('owns up when keeping fails, tries once more to keep the same, and says so if that helped', async () => {
    const call = createTestCall()
    await call.turn('tell them my bike is broken', takeMessage())
    const attempts: string[] = []
    call.ports.keepMessage = async (_, content) => {
      if (attempts.push(content) === 1) throw new Error('database away')
    }
    const result = await call.turn('yes')
    expect(result.text).toBe(`${english.messageRetrying} ${english.messageKept}`)
    expect(result.events).toEqual([])
    expect(new Set(attempts).size).toBe(1)
    expect(attempts).toHaveLength(2)
  })

  it('never says that it is saved when both attempts fail or hang, and offers another', async () => {
    const call = createTestCall()
    await call.turn('tell them my bike is broken', takeMessage())
    const { keepMessage } = call.ports
    call.ports.keepMessage = () => new Promise(() => {})
    const turn = call.begin('yes')
    await call.clock.advance(2 * callBounds.stalledAfterMs)
    expect(await turn).toMatchObject({
      text: `${english.messageRetrying} ${english.messageFailed}`,
      events: [{ event: 'message-failed', text: 'My bike is broken' }],
      isProductive: false,
    })
    call.ports.keepMessage = keepMessage
    expect((await call.turn('yes')).text).toBe(english.messageKept)
    expect(call.kept).toHaveLength(1)
  })

  it('is confirmed by a model that hands it in again unchanged after the caller agreed in other words', async () => {
    const call = createTestCall()
    await call.turn('tell them my bike is broken', takeMessage())
    await call.turn('that would be lovely my dear', takeMessage({ text: 'my bike is broken.' }))
    expect(call.kept).toHaveLength(1)
  })

  it('is not confirmed by a model that hands it in twice in one turn, nor against the caller’s word', async () => {
    const call = createTestCall()
    await call.turn('tell them my bike is broken', [...takeMessage(), toolCall('take_message', message(), 'call-2')])
    expect(call.kept).toEqual([])
    await call.turn('no that is wrong it is my scooter', takeMessage(), ['What should I change?'])
    expect(call.kept).toEqual([])
    expect(toolResults(call).at(-1)).toMatchObject({ error: 'message-not-confirmed' })
  })

  it.each(['yes but say that it is urgent', 'no', 'yes tomorrow', 'is it okay if I call back'])(
    'is not confirmed by %p: the model is asked',
    async (words) => {
      const call = createTestCall()
      await call.turn('tell them my bike is broken', takeMessage())
      await call.turn(words, ['What should I change?'])
      expect(call.kept).toEqual([])
      expect(call.model.streams).toHaveLength(2)
    },
  )

  it('is not confirmed by a yes to something else', async () => {
    const call = createTestCall()
    await call.turn('tell them my bike is broken', takeMessage())
    await call.turn('do you sell helmets by the way', ['Yes. Do you need one?'])
    await call.turn('yes', ['For a child?'])
    const again = await call.turn('my bike is still broken', takeMessage())
    expect(again.text).toContain(english.isThatRight)
    call.dialogue.recordReply('This call has to end in two minutes.')
    await call.turn('yes', ['Good.'])
    expect(call.kept).toEqual([])
  })

  it('is not confirmed by a yes from a caller who heard nothing of it', async () => {
    const call = createTestCall()
    await call.turn('tell them my bike is broken', takeMessage())
    call.dialogue.cutBack('')
    await call.turn('yes', ['Sorry?'])
    expect(call.kept).toEqual([])
  })

  it('waits for its yes through a silence', async () => {
    const call = createTestCall()
    await call.turn('tell them my bike is broken', takeMessage())
    expect(call.dialogue.reprompt()).toBe(english.isThatRight)
    call.dialogue.recordReply(call.dialogue.reprompt())
    await call.turn('yes')
    expect(call.kept).toHaveLength(1)
  })

  it('is corrected by a new call, and two messages of a call are two', async () => {
    const call = createTestCall()
    await call.turn('tell them my bike is broken', takeMessage())
    expect((await call.turn('no say that it is my scooter', takeMessage({ text: 'My scooter is broken' }))).text).toContain('scooter')
    expect((await call.turn('sure but make it urgent', takeMessage({ text: 'My scooter is broken', urgency: 'urgent' }))).text).toContain('urgent')
    await call.turn('yes')
    await call.turn('one more message please', takeMessage({ text: 'And my bell' }))
    await call.turn('correct')
    expect(call.kept.map(({ message }) => [message.text, message.urgency])).toEqual([
      ['My scooter is broken', 'urgent'],
      ['And my bell', 'normal'],
    ])
    expect(new Set(call.kept.map(({ content }) => content)).size).toBe(2)
  })

  it('is told apart from any other in a session that knows nothing of the one before, and the same one is not', async () => {
    const keep = async (text: string) => {
      const call = createTestCall()
      await call.turn('tell them something', takeMessage({ text }))
      await call.turn('yes')
      return call.kept[0]!.content
    }
    expect(await keep('And my bell')).not.toBe(await keep('My bike is broken'))
    expect(await keep('my bike is BROKEN.')).toBe(await keep('My bike is broken'))
  })

  it('is dropped when the caller no longer wants it', async () => {
    const call = createTestCall()
    await call.turn('tell them my bike is broken', takeMessage())
    expect((await call.turn('oh never mind')).text).toBe(english.messageDropped)
    await call.turn('yes', ['Yes?'])
    expect(call.kept).toEqual([])
  })
})

describe('transfer_to_human', () => {
  const ask = [toolCall('transfer_to_human', { reason: 'wants to talk about a bill' })]

  it('puts the caller through when the rules and hours allow it', async () => {
    const call = createTestCall({ knowledge: { transfer: transferable }, atMs: openAtMs })
    expect(await call.turn('my bill is wrong', ask)).toMatchObject({
      text: english.transferring,
      action: { type: 'transfer', reason: 'wants to talk about a bill' },
      events: [{ event: 'transfer-requested', text: 'wants to talk about a bill' }],
    })
  })

  it('says nothing on top of what the model said', async () => {
    const call = createTestCall({ knowledge: { transfer: transferable } })
    expect((await call.turn('my bill is wrong', ['I will connect you.', ...ask])).text).toBe('I will connect you.')
  })

  it.each([
    ['closed', { knowledge: { transfer: transferable }, atMs: closedAtMs }],
    ['never', { knowledge: { transfer: { number: '+12065550142', when: 'never' as const } } }],
    ['no number', { knowledge: { transfer: { number: null, when: 'always' as const } } }],
    ['back from a transfer', { knowledge: { transfer: transferable }, mode: 'take-message' as const }],
  ])('is refused when %s: the model is told to offer a message', async (_, options) => {
    const call = createTestCall(options)
    const result = await call.turn('my bill is wrong', ask, ['I can take a message.'])
    expect(result).toMatchObject({ text: 'I can take a message.', action: null, events: [] })
    expect(toolResults(call)).toEqual([{ error: 'transfer-not-possible', advice: expect.stringContaining('message') }])
  })
})

describe('the other tools', () => {
  it('end_call says goodbye if the model did not, and ends after it', async () => {
    const call = createTestCall()
    const end = [toolCall('end_call', { reason: 'caller is done' })]
    expect(await call.turn('thanks bye', end)).toMatchObject({ text: english.goodbye, action: { type: 'end' } })
    expect((await call.turn('bye then', ['See you.', ...end])).text).toBe('See you.')
  })

  it('change_language changes what is spoken, to a language the tenant offers', async () => {
    const call = createTestCall({ knowledge: { voice: { otherLanguages: ['es-US'] } } })
    const result = await call.turn('habla español', [toolCall('change_language', { language: 'es-US' })])
    expect(result).toMatchObject({
      text: spanish.languageChanged,
      action: { type: 'change-language', language: 'es-US' },
      events: [{ event: 'language-changed', text: 'es-US' }],
    })
    await call.turn('cuanto cuesta', ['Cuesta $20.'])
    expect(call.said.join('')).toContain('Cuesta veinte dólares.')
    expect(call.model.requests.at(-1)!.messages.find(({ content }) => content.startsWith('Note'))!.content).toContain('Speak Spanish')
  })

  it('change_language is refused for any other language, and missing where there is only one', async () => {
    const call = createTestCall({ knowledge: { voice: { otherLanguages: ['es-US'] } } })
    const result = await call.turn('parlez-vous francais', [toolCall('change_language', { language: 'fr-FR' })], ['English or Spanish?'])
    expect(result.action).toBeNull()
    expect(toolResults(call)).toMatchObject([{ error: 'language-not-offered' }])
    const names = (knowledge: object) => createTestCall({ knowledge }).dialogue.receptionist.tools.map(({ name }) => name)
    expect(names({ voice: {} })).not.toContain('change_language')
    expect(names({ voice: { otherLanguages: ['es-US'] } })).toContain('change_language')
  })

  it('report_knowledge_gap becomes an event, and is never silent', async () => {
    const call = createTestCall()
    const gap = [toolCall('report_knowledge_gap', { question: 'Do you rent tandems?' })]
    expect(await call.turn('do you rent tandems', gap)).toMatchObject({
      text: english.unknown,
      events: [{ event: 'knowledge-gap', text: 'Do you rent tandems?' }],
    })
    expect((await call.turn('tandems I said', ['That I do not know.', ...gap])).text).toBe('That I do not know.')
  })
})

describe('a tool call that is not right', () => {
  const huge = JSON.stringify(message({ text: 'x'.repeat(50_000) }))
  const cases: [string, Step, string][] = [
    ['an unknown tool', toolCall('read_other_calls', { who: 'everyone' }), 'tool-unknown'],
    ['a name from the prototype', toolCall('constructor', {}), 'tool-unknown'],
    ['a wrong type', toolCall('take_message', message({ text: 7 })), 'arguments-invalid'],
    ['a missing argument', toolCall('transfer_to_human', {}), 'arguments-invalid'],
    ['an empty argument', toolCall('take_message', message({ text: '  ' })), 'arguments-invalid'],
    ['an argument of its own', toolCall('transfer_to_human', { reason: 'x', number: '+19005550100' }), 'arguments-invalid'],
    ['an unknown urgency', toolCall('take_message', message({ urgency: 'asap' })), 'arguments-invalid'],
    ['no object', toolCall('end_call', '"bye"'), 'arguments-invalid'],
    ['null', toolCall('end_call', 'null'), 'arguments-invalid'],
    ['truncated JSON', toolCall('take_message', '{"text":"my bike is br'), 'arguments-malformed'],
    ['no JSON', toolCall('end_call', ''), 'arguments-malformed'],
    ['huge arguments', toolCall('take_message', huge), 'arguments-too-large'],
  ]

  it.each(cases)('%s is answered with a code, does nothing, and is not sent back', async (_, step, code) => {
    const call = createTestCall({ knowledge: { transfer: transferable } })
    const result = await call.turn('do something', [step], ['How can I help?'])
    expect(result).toMatchObject({ text: 'How can I help?', action: null, events: [] })
    expect(toolResults(call)).toMatchObject([{ error: code }])
    expect(call.dialogue.draft).toBeNull()
    const sent = call.model.requests[1]!.messages.find(({ toolCalls }) => toolCalls)!
    expect(sent.toolCalls).toMatchObject([{ id: 'call-1', arguments: '{}' }])
  })

  it('comes twice and counts once', async () => {
    const call = createTestCall()
    const gap = (id: string) => toolCall('report_knowledge_gap', { question: 'Tandems?' }, id)
    expect((await call.turn('tandems', [gap('a'), gap('a'), gap('b')])).events).toHaveLength(1)
    const assistant = call.dialogue.recentLines().find(({ toolCalls }) => toolCalls)
    expect(assistant!.toolCalls).toHaveLength(1)
  })

  it('over and over ends in a polite way out, after a bounded number of rounds', async () => {
    const call = createTestCall()
    const bad = [toolCall('fly', {})]
    const result = await call.turn('do you fly', bad, bad, bad, bad, bad, bad)
    expect(result.text).toBe(english.trouble)
    expect(result.events).toEqual([{ event: 'model-failed', text: 'vendor-answer-malformed' }])
    expect(call.model.streams).toHaveLength(4)
  })

  it('is never the last thing of a turn, whatever was said before it', async () => {
    const call = createTestCall()
    const refused = ['One second. ', toolCall('transfer_to_human', { reason: 'x' })]
    const result = await call.turn('my bill is wrong', refused, [], [])
    expect(result.text).toBe(`One second. ${english.trouble}`)
  })

  it('of a stream that broke off is not carried out', async () => {
    const call = createTestCall({ knowledge: { transfer: transferable } })
    const broken = [toolCall('transfer_to_human', { reason: 'x' }), new Error('reset')]
    expect((await call.turn('hello there', broken, ['Hello.'])).action).toBeNull()
  })
})

it('every tool call in a request is answered right behind it, whatever was interrupted', async () => {
  const call = createTestCall()
  await call.turn('tell them my bike is broken', ['Sure.', ...takeMessage()])
  call.dialogue.cutBack('Sure let me')
  await call.turn('wait', [toolCall('fly', {})], ['Yes?'])
  call.dialogue.cutBack('')
  await call.turn('what now', ['Yes?'])
  for (const { messages } of call.model.requests) {
    for (const [at, { role, toolCalls, toolCallId }] of messages.entries()) {
      for (const [offset, { id }] of (toolCalls ?? []).entries()) expect(messages[at + 1 + offset]).toMatchObject({ role: 'tool', toolCallId: id })
      if (role === 'tool') expect(messages.slice(0, at).some((line) => line.toolCalls?.some(({ id }) => id === toolCallId))).toBe(true)
    }
  }
})
