import fc from 'fast-check'
import { callBounds } from '../domain/call-bounds.ts'
import type { KnowledgeInput } from '../domain/knowledge.ts'
import type { RelayPhone } from '../test/kit/relay-phone.ts'
import { createRelayWorld, type RelayWorld, type RunningRelay } from '../test/kit/running-relay.ts'
import { until } from '../test/kit/until.ts'
import { relayBounds } from './relay-bounds.ts'

const greeting = 'receptionist: Harbour Bicycles, how can I help?'

describe('words that are not final', () => {
  let world: RelayWorld
  let relay: RunningRelay
  const phones: RelayPhone[] = []

  beforeAll(async () => {
    world = await createRelayWorld()
    relay = await world.startRelay()
  })
  afterEach(async () => {
    for (const phone of phones.splice(0)) phone.socket.close()
    await until(async () => (await relay.metric('ironvoice_relay_sessions')) === 0)
  })
  afterAll(() => world.stop())

  async function begin(knowledge: Partial<KnowledgeInput> = {}) {
    const call = await world.openCall({ knowledge })
    const phone = await relay.call(call)
    phones.push(phone)
    await until(async () => (await world.transcriptOf(call)).length > 0)
    const before = world.model.exchanges.length
    return { call, phone, requests: () => world.model.exchanges.length - before }
  }
  const guesses = async (result: string) => {
    const text = await fetch(`${relay.origin}/metrics`).then((response) => response.text())
    return Number(new RegExp(`^ironvoice_relay_guesses_total\\{[^}]*result="${result}"[^}]*\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0)
  }

  it('are answered by the model at once and to nobody, until the final words are the same; the answer counts from there', async () => {
    const { call, phone, requests } = await begin()
    const hits = await guesses('hit')
    phone.partial('do you sell 2 helmets')
    const model = await world.model.next()
    expect(model.heard).toEqual(['do you sell 2 helmets'])
    model.say('Yes, for children')
    world.clock.advance(400)
    await phone.settled()
    expect(phone.frames).toEqual([])
    phone.prompt('Do you sell  two helmets?')
    await phone.heard('Yes, for children')
    model.say(' and adults.')
    model.end()
    await phone.heard('adults.')
    expect(requests()).toBe(1)
    await world.transcriptIs(call, [greeting, 'caller: Do you sell two helmets?', 'receptionist: Yes, for children and adults.'])
    expect((await world.transcriptOf(call)).at(-1)).toMatchObject({ firstTokenMs: 0, isInterrupted: false })
    expect(await guesses('hit')).toBe(hits + 1)
    phone.prompt('And gloves?')
    const next = await world.model.next()
    expect(next.body.messages.filter(({ role }) => role === 'assistant').map(({ content }) => content)).toContain('Yes, for children and adults.')
    expect(next.heard).toEqual(['Do you sell two helmets?', 'And gloves?'])
  })

  it('are never answered when other words follow: the request is ended, its words are lost, a fresh one is made', async () => {
    const { call, phone, requests } = await begin()
    const misses = await guesses('miss')
    phone.partial('Do you sell helmets')
    const guess = await world.model.next()
    guess.say('Yes,')
    await phone.settled()
    phone.prompt('Do you sell helmets for dogs?')
    const model = await world.model.next()
    expect(model.heard).toEqual(['Do you sell helmets for dogs?'])
    await until(() => guess.isAborted)
    guess.say(' we do.')
    model.say('No.')
    model.end()
    await phone.heard('No.')
    expect(phone.spoken()).toBe('No.')
    expect(requests()).toBe(2)
    await world.transcriptIs(call, [greeting, 'caller: Do you sell helmets for dogs?', 'receptionist: No.'])
    expect(await guesses('miss')).toBe(misses + 1)
  })

  it('are guessed twice a turn at most, and not again while nothing changes', async () => {
    const { phone, requests } = await begin()
    phone.partial('Do you.')
    const first = await world.model.next()
    phone.partial('do you')
    phone.partial('Do you sell.')
    const second = await world.model.next()
    await until(() => first.isAborted)
    phone.partial('Do you sell.')
    phone.partial('Do you sell helmets.')
    await until(() => second.isAborted)
    phone.partial('Do you sell.')
    await phone.settled()
    world.clock.advance(relayBounds.partialSettledMs)
    await phone.settled()
    expect(requests()).toBe(2)
    phone.prompt('Do you sell helmets.')
    const model = await world.model.next()
    model.say('We do.')
    model.end()
    await phone.heard('We do.')
    phone.partial('And gloves?')
    expect((await world.model.next()).heard.at(-1)).toBe('And gloves?')
    expect(requests()).toBe(4)
  })

  it('that come as they are spoken are guessed only once they stand, or look like the end of a sentence', async () => {
    const { phone, requests } = await begin()
    phone.partial('Do')
    await world.model.next()
    phone.partial('Do you')
    phone.partial('Do you sell')
    phone.partial('Do you sell helmets')
    await phone.settled()
    expect(requests()).toBe(1)
    world.clock.advance(relayBounds.partialSettledMs)
    expect((await world.model.next()).heard).toEqual(['Do you sell helmets'])
    phone.prompt('Do you sell helmets?')
    world.model.exchanges.at(-1)!.say('Yes.')
    world.model.exchanges.at(-1)!.end()
    await phone.heard('Yes.')
    phone.partial('And glo')
    await phone.settled()
    expect(requests()).toBe(2)
    phone.partial('And gloves?')
    expect((await world.model.next()).heard.at(-1)).toBe('And gloves?')
  })

  it.each([
    'There is a fire in my house',
    'Stop recording me please.',
    'Please remove my number from your list.',
  ])('do nothing where the words would have an effect of their own: %s', async (words) => {
    const { call, phone, requests } = await begin()
    phone.partial(words)
    await phone.settled()
    expect(requests()).toBe(0)
    expect(phone.frames).toEqual([])
    expect(await world.transcriptOf(call)).toHaveLength(1)
    phone.prompt(words)
    await until(() => phone.frames.length > 0)
    expect(requests()).toBe(0)
  })

  it('that would confirm a message keep nothing, and no tool of a guess is carried out before the final words', async () => {
    const { call, phone, requests } = await begin()
    phone.partial('Tell them that the bicycle is ready.')
    ;(await world.model.next()).call('take_message', { callerName: '', callbackNumber: '', text: 'The bicycle is ready.', urgency: 'normal' })
    await phone.settled()
    expect(phone.frames).toEqual([])
    phone.prompt('Tell them that the bicycle is ready.')
    await phone.heard('Is that right?')
    await until(async () => (await world.transcriptOf(call)).length === 3)
    phone.partial('Yes.')
    await phone.settled()
    expect((await world.transcriptOf(call)).some(({ event }) => event === 'message-taken')).toBe(false)
    phone.prompt('Yes.')
    await phone.heard('has been saved')
    expect(requests()).toBe(1)
  })

  it('are forgotten when the caller interrupts, hangs up, or never says the rest', async () => {
    const { phone } = await begin()
    phone.partial('Do you sell')
    const first = await world.model.next()
    phone.interrupt('Harbour')
    await until(() => first.isAborted)
    phone.partial('Are you open')
    const second = await world.model.next()
    world.clock.advance(relayBounds.maxGuessMs)
    await until(() => second.isAborted)
    const { phone: other } = await begin()
    other.partial('Do you sell')
    const third = await world.model.next()
    other.socket.close()
    await until(() => third.isAborted)
    expect(phone.spoken() + other.spoken()).toBe('')
  })

  it('that Twilio sends again after a drop are not asked about again', async () => {
    const { call, phone, requests } = await begin()
    phone.partial('Do you sell helmets?')
    const model = await world.model.next()
    phone.prompt('Do you sell helmets?')
    model.say('Yes.')
    model.end()
    await phone.heard('Yes.')
    await phone.drop()
    const again = await relay.call(call)
    phones.push(again)
    await until(async () => (await world.transcriptOf(call)).some(({ event }) => event === 'reconnected'))
    again.partial('Do you sell helmets?')
    again.prompt('Do you sell helmets?')
    await again.settled()
    expect(requests()).toBe(1)
  })

  it('start no filler: its time counts from the final words', async () => {
    const { phone } = await begin()
    phone.partial('Do you sell helmets')
    await world.model.next()
    world.clock.advance(callBounds.fillerAfterMs)
    await phone.settled()
    expect(phone.frames).toEqual([])
    phone.prompt('Do you sell helmets?')
    await phone.settled()
    world.clock.advance(callBounds.fillerAfterMs - 1)
    await phone.settled()
    expect(phone.frames).toEqual([])
    world.clock.advance(1)
    await phone.heard('One moment')
    await world.model.next()
  })

  it('whose answer is late after the final ones are asked about once more; the first to answer is heard, the other ended', async () => {
    const { phone, requests } = await begin()
    const hedges = await relay.metric('ironvoice_relay_hedges_total')
    phone.partial('Do you sell helmets')
    const guess = await world.model.next()
    world.clock.advance(callBounds.hedgeAfterMs)
    await phone.settled()
    phone.prompt('Do you sell helmets?')
    await phone.settled()
    expect(requests()).toBe(1)
    world.clock.advance(callBounds.hedgeAfterMs)
    const second = await world.model.next()
    expect(second.heard).toEqual(['Do you sell helmets?'])
    second.say('Yes ')
    await phone.heard('Yes')
    await until(() => guess.isAborted)
    second.say('indeed.')
    second.end()
    await phone.heard('Yes indeed.')
    await until(async () => (await relay.metric('ironvoice_relay_hedges_total')) === hedges + 1)
    expect(phone.spoken()).toBe('Yes indeed.')
    expect(requests()).toBe(2)
  })

  it('that failed at the model cost the turn nothing', async () => {
    const { phone } = await begin()
    phone.partial('Do you sell helmets')
    ;(await world.model.next()).fail(500)
    await phone.settled()
    phone.prompt('Do you sell helmets?')
    const model = await world.model.next()
    model.say('Yes.')
    model.end()
    await phone.heard('Yes.')
  })

  it('are left alone where the tenant does not want guesses', async () => {
    const { phone, requests } = await begin({ voice: { isEager: false } })
    phone.partial('Do you sell helmets?')
    await phone.settled()
    expect(requests()).toBe(0)
  })

  it('whatever comes in whatever order, no word of an answer to them is ever sent', async () => {
    const plain = (text: string) => text.toLowerCase().replace(/[^a-z ]/g, '').trim()
    const answers = (phone: RelayPhone) => [...phone.spoken().matchAll(/to (.*?) say/g)].map(([, text]) => plain(text!))
    const words = ['Alpha', 'Alpha bravo', 'Alpha bravo charlie?', 'delta', 'delta echo.']
    const step = fc.oneof(
      fc.record({ kind: fc.constant('partial'), words: fc.constantFrom(...words) }),
      fc.record({ kind: fc.constant('final'), words: fc.constantFrom(...words) }),
      fc.record({ kind: fc.constant('interrupt'), words: fc.constant('') }),
      fc.record({ kind: fc.constant('wait'), words: fc.constant('') }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        const { phone, requests } = await begin()
        const from = world.model.exchanges.length
        let answered = from
        // The model repeats what it was told last.
        const answer = () => {
          for (const exchange of world.model.exchanges.slice(answered)) {
            answered += 1
            exchange.say(`to ${plain(exchange.heard.at(-1)!)} say no `)
          }
        }
        const finals: string[] = []
        for (const { kind, words } of steps) {
          if (kind === 'partial') phone.partial(words)
          else if (kind === 'interrupt') phone.interrupt('')
          else if (kind === 'wait') world.clock.advance(relayBounds.partialSettledMs)
          else {
            world.clock.advance(relayBounds.duplicatePromptMs)
            finals.push(words)
            phone.prompt(words)
            const before = answers(phone).length
            const patience = AbortSignal.timeout(1_000)
            await until(() => {
              answer()
              return answers(phone).length > before || patience.aborted
            })
            expect(answers(phone).length).toBeGreaterThan(before)
          }
          await phone.settled()
          answer()
        }
        expect(answers(phone).filter((text) => !finals.map(plain).includes(text))).toEqual([])
        expect(requests()).toBeLessThanOrEqual(finals.length + relayBounds.maxGuesses * (finals.length + 1))
        phone.socket.close()
      }),
      { numRuns: 15 },
    )
  })
})
