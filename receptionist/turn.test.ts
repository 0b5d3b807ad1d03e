import { setImmediate as settle } from 'node:timers/promises'
import { callBounds } from '../domain/call-bounds.ts'
import { Failure } from '../domain/failure.ts'
import { createTestCall, toolCall } from '../test/kit/scripted-turn.ts'
import { english } from './phrases-english.ts'

describe('a turn streams', () => {
  it('asks the model before anything is awaited', () => {
    const call = createTestCall()
    void call.begin('do you sell helmets')
    expect(call.model.streams).toHaveLength(1)
  })

  it('says the first token before the second exists', async () => {
    const call = createTestCall()
    const turn = call.begin('do you sell helmets')
    const [stream] = call.model.streams
    stream!.push('Yes')
    await settle()
    expect(call.said).toEqual(['Yes'])
    stream!.push(', for')
    await settle()
    expect(call.said.join('')).toBe('Yes, for')
    stream!.push(' all.')
    stream!.end()
    expect((await turn).text).toBe('Yes, for all.')
  })

  it('says prices, times and numbers as people do, however the stream is cut', async () => {
    const call = createTestCall()
    const { text } = await call.turn('how much is it', [['It costs $1,', '250.5', '0 and takes until 08:', '30.']].flat())
    expect(text).toBe('It costs one thousand two hundred fifty dollars and fifty cents and takes until eight thirty.')
    expect(call.said.join('')).toBe(text)
  })

  it('measures the first token from the words heard, fillers left out', async () => {
    const call = createTestCall()
    const turn = call.begin('do you sell helmets')
    await call.clock.advance(2_000)
    call.model.streams[0]!.push('Yes.')
    call.model.streams[0]!.end()
    expect(await turn).toMatchObject({ firstTokenMs: 2_000, text: 'Yes.' })
  })

  it('names the passages that the answer was given, and none for small talk or an unknown', async () => {
    const call = createTestCall()
    expect((await call.turn('do you sell helmits', ['Yes.'])).passages).toContain('faq-helmets')
    expect((await call.turn('well hello there', ['Hello.'])).passages).toEqual([])
    const gap = [toolCall('report_knowledge_gap', { question: 'Do you sell helmets for dogs?' })]
    expect((await call.turn('do you sell helmets for dogs', ['I am not sure.', ...gap])).passages).toEqual([])
  })

  it('ends a reply that never ends by itself', async () => {
    const call = createTestCall()
    const turn = call.begin('tell me everything')
    for (let piece = 0; piece < 400; piece += 1) call.model.streams[0]!.push('and so on ')
    expect((await turn).text.length).toBeLessThan(callBounds.maxReplyChars + 50)
    expect(call.model.streams[0]!.isCancelled).toBe(true)
  })
})

describe('an interrupted turn', () => {
  it('ends at once, tells the vendor, and says nothing more', async () => {
    const call = createTestCall()
    const caller = new AbortController()
    const turn = call.begin('when are you open', caller.signal)
    const stream = call.model.streams[0]!
    stream.push('We open at 9')
    await settle()
    caller.abort()
    expect(await turn).toMatchObject({ text: 'We open at ', action: null, isProductive: true })
    expect(stream.isCancelled).toBe(true)
    expect(call.clock.pending).toBe(0)
    stream.push(' on weekdays.')
    stream.end()
    await settle()
    expect(call.said.join('').trim()).toBe('We open at')
    expect(call.dialogue.recentLines().at(-1)!.content.trim()).toBe('We open at')
  })

  it('says nothing of a message whose keeping was under way, and does not keep it twice', async () => {
    const call = createTestCall()
    await call.turn('message please', [toolCall('take_message', message())])
    const { promise, resolve } = Promise.withResolvers<void>()
    let attempts = 0
    call.ports.keepMessage = () => {
      attempts += 1
      return promise
    }
    const caller = new AbortController()
    const first = call.begin('yes', caller.signal)
    caller.abort()
    await first
    const before = call.said.length
    const second = call.begin('hello')
    resolve()
    expect((await second).text).toBe(english.messageKept)
    expect(call.said).toHaveLength(before + 1)
    expect(attempts).toBe(1)
  })

  it('that was over before it began asks no model', async () => {
    const call = createTestCall()
    const result = await call.begin('hello there', AbortSignal.abort())
    expect(result.text).toBe('')
    expect(call.model.streams).toHaveLength(0)
  })
})

describe('a slow or broken model is never silence', () => {
  it('gets one filler a turn, and none when it was quick', async () => {
    const call = createTestCall()
    const turn = call.begin('do you sell helmets')
    await call.clock.advance(callBounds.fillerAfterMs - 1)
    expect(call.fillers).toEqual([])
    await call.clock.advance(1)
    expect(call.fillers).toEqual([english.filler])
    await call.clock.advance(callBounds.stalledAfterMs - callBounds.fillerAfterMs)
    expect(call.fillers).toHaveLength(1)
    call.model.streams[1]!.push('Yes.')
    call.model.streams[1]!.end()
    expect((await turn).text).toBe('Yes.')
    await call.turn('and gloves', ['No.'])
    await call.clock.advance(10_000)
    expect(call.fillers).toHaveLength(1)
  })

  it.each([
    ['the second', 1, 'won'],
    ['the first', 0, 'lost'],
  ] as const)('is asked once more on a fresh connection when its first token is late; %s to answer is heard, the other ended', async (_, winner, hedge) => {
    const call = createTestCall()
    const turn = call.begin('do you sell helmets')
    await call.clock.advance(callBounds.hedgeAfterMs - 1)
    expect(call.model.streams).toHaveLength(1)
    await call.clock.advance(1)
    expect(call.model.streams.map(({ isRetry, isCancelled }) => [isRetry, isCancelled])).toEqual([
      [false, false],
      [true, false],
    ])
    expect(call.model.requests[1]).toEqual(call.model.requests[0])
    call.model.streams[winner]!.push('Yes, ')
    await call.clock.advance(0)
    expect(call.model.streams.map(({ isCancelled }) => isCancelled)).toEqual([winner === 1, winner === 0])
    call.model.streams[1 - winner]!.push('No, ')
    call.model.streams[winner]!.push('we do.')
    call.model.streams[winner]!.end()
    expect(await turn).toMatchObject({ text: 'Yes, we do.', events: [], hedge, firstTokenMs: callBounds.hedgeAfterMs })
    expect([call.model.streams.length, call.clock.pending]).toEqual([2, 0])
  })

  it('that is late and then fails leaves the turn to the second request, and is not asked a third time', async () => {
    const call = createTestCall()
    const turn = call.begin('do you sell helmets')
    await call.clock.advance(callBounds.hedgeAfterMs)
    call.model.streams[0]!.push(new Failure('vendor-unavailable'))
    await call.clock.advance(1_000)
    call.model.streams[1]!.push('Yes, ')
    await call.clock.advance(callBounds.stalledAfterMs)
    expect(await turn).toMatchObject({ events: [{ event: 'model-failed', text: 'vendor-unavailable' }], hedge: 'won' })
    expect(call.model.streams).toHaveLength(2)
  })

  it('that failed at once was retried already: a late retry is not doubled', async () => {
    const call = createTestCall()
    call.model.plan(new Failure('vendor-unavailable'))
    const turn = call.begin('do you sell helmets')
    await call.clock.advance(2 * callBounds.hedgeAfterMs)
    expect(call.model.streams).toHaveLength(2)
    call.model.streams[1]!.push('Yes.')
    call.model.streams[1]!.end()
    expect(await turn).toMatchObject({ text: 'Yes.', hedge: null })
  })

  it('is left alone as long as its tokens come, however slowly', async () => {
    const call = createTestCall()
    const turn = call.begin('when are you open')
    for (const token of ['We ', 'open ', 'at ', 'nine.']) {
      call.model.streams[0]!.push(token)
      await call.clock.advance(callBounds.stalledAfterMs - 500)
    }
    call.model.streams[0]!.end()
    expect((await turn).text).toBe('We open at nine.')
    expect(call.model.streams).toHaveLength(1)
  })

  it('is left alone while it writes a long call of a tool', async () => {
    const call = createTestCall()
    const turn = call.begin('please take a long message')
    for (let piece = 0; piece < 3; piece += 1) {
      call.model.streams[0]!.push({ type: 'progress' })
      await call.clock.advance(callBounds.stalledAfterMs - 500)
    }
    call.model.streams[0]!.push(toolCall('take_message', { callerName: '', callbackNumber: '', text: 'Long.', urgency: 'normal' }))
    call.model.streams[0]!.end()
    expect((await turn).text).toContain('Long.')
    expect(call.model.streams).toHaveLength(1)
  })

  it.each([
    ['goes on where it was', [' nine on', ' weekdays.'], 'We are open from nine on weekdays.'],
    ['begins anew', ['We are', ' open from nine', ' on weekdays.'], 'We are open from nine on weekdays.'],
    ['begins otherwise', ['Our hours are nine to five.'], 'We are open from Our hours are nine to five.'],
    ['has nothing to add', ['We are open from'], 'We are open from'],
  ])('stalls between tokens: the second attempt %s, and nothing is said twice', async (_, second, whole) => {
    const call = createTestCall()
    const turn = call.begin('when are you open')
    call.model.streams[0]!.push('We are open from')
    await call.clock.advance(callBounds.stalledAfterMs)
    const { request, isRetry } = call.model.streams[1]!
    expect(isRetry).toBe(true)
    expect(request.messages.at(-2)).toMatchObject({ role: 'assistant', content: 'We are open from' })
    for (const piece of second) call.model.streams[1]!.push(piece)
    call.model.streams[1]!.end()
    expect((await turn).text).toBe(whole)
    expect(call.dialogue.recentLines().at(-1)).toMatchObject({ role: 'assistant', content: whole })
  })

  it.each([
    ['fails twice', [new Failure('vendor-unavailable')], [new Failure('vendor-rate-limited')], 'vendor-rate-limited'],
    ['breaks off without an end twice', [new Error('reset')], [new Error('reset')], 'vendor-unavailable'],
    ['answers nothing twice', [], [''], 'vendor-answer-malformed'],
  ])('that %s leads to a message taken without it', async (_, first, second, code) => {
    const call = createTestCall()
    const failed = await call.turn('can I bring my bike in', first, second)
    expect(failed).toMatchObject({ text: english.trouble, action: null, isProductive: false })
    expect(failed.events).toEqual([{ event: 'model-failed', text: code }])

    const readBack = await call.turn('This is Ann, please call me at 555 010 4477 about my bike')
    expect(readBack.text).toContain('This is Ann, please call me at five five five, zero one zero, four four seven seven about my bike')
    expect(readBack.text).toContain(english.isThatRight)
    expect(call.kept).toEqual([])

    expect((await call.turn('yes that is right')).text).toBe(english.messageKept)
    expect(call.kept.map(({ message }) => message.text)).toEqual(['This is Ann, please call me at 555 010 4477 about my bike'])
    expect(call.model.streams).toHaveLength(2)
  })

  it('that refuses is not asked again', async () => {
    const call = createTestCall()
    expect((await call.turn('hello', [new Failure('vendor-refused')])).text).toBe(english.trouble)
    expect(call.model.streams).toHaveLength(1)
  })

  it('that stalls twice still ends the turn, within twice the bound', async () => {
    const call = createTestCall()
    const turn = call.begin('can I bring my bike in')
    await call.clock.advance(2 * callBounds.stalledAfterMs)
    expect((await turn).text).toBe(english.trouble)
    expect(call.model.streams.every(({ isCancelled }) => isCancelled)).toBe(true)
  })

  it('that drips for ever is cut off', async () => {
    const call = createTestCall()
    const turn = call.begin('can I bring my bike in')
    for (let second = 0; second < 45; second += 1) {
      call.model.streams.at(-1)!.push({ type: 'text', text: '' })
      await call.clock.advance(1_000)
    }
    expect((await turn).text).toBe(english.trouble)
  })

  it('that fails in a second turn rings the tenant, where that is allowed', async () => {
    const call = createTestCall({ knowledge: { transfer: { number: '+12065550142', when: 'open-hours' } } })
    await call.turn('can I bring my bike in', [new Error('reset')], [new Error('reset')])
    await call.turn('please call me about my bike')
    await call.turn('yes')
    const result = await call.turn('do you repair tyres', [new Error('reset')], [new Error('reset')])
    expect(result).toMatchObject({ text: english.troubleTransferring, action: { type: 'transfer' } })
  })

  it('that fails while a message awaits its yes reads the message back again instead of losing it', async () => {
    const call = createTestCall()
    await call.turn('message please', [toolCall('take_message', message())])
    const result = await call.turn('hmm I guess so', [new Error('reset')], [new Error('reset')])
    expect(result.text).toContain('My bike is broken.')
    await call.turn('yes')
    expect(call.kept).toHaveLength(1)
  })

  it('takes down in the message mode what the caller says to a model that is out', async () => {
    const call = createTestCall({ mode: 'take-message' })
    call.dialogue.recordReply(english.openingTakeMessage)
    const result = await call.turn('please call me about my bike', [new Error('reset')], [new Error('reset')])
    expect(result.text).toContain('please call me about my bike.')
  })

  it('adds a correction to a dictated message, takes it anew on a no, and drops it when told so', async () => {
    const call = createTestCall()
    await call.turn('can I bring my bike in', [new Error('reset')], [new Error('reset')])
    await call.turn('this is Ann about my bike')
    expect((await call.turn('my number is 555 010 4477')).text).toContain('this is Ann about my bike. my number is five five five')
    expect((await call.turn('no')).text).toBe(english.askMessageAgain)
    await call.turn('Ann, about the red bike')
    expect((await call.turn('never mind')).text).toBe(english.messageDropped)
    expect(call.kept).toEqual([])
  })
})

describe('turns that lead nowhere', () => {
  it('are told apart from those that do', async () => {
    const call = createTestCall()
    expect((await call.turn('do you sell helmets', ['Yes.'])).isProductive).toBe(true)
    expect((await call.turn('my name is Ann', ['Thanks, Ann.'])).isProductive).toBe(true)
    expect((await call.turn('my name is Ann', ['Hello, Ann.'])).isProductive).toBe(false)
    expect((await call.turn('blah', ['Thanks, Ann.'])).isProductive).toBe(false)
    const gap = [toolCall('report_knowledge_gap', { question: 'Do you fly?' })]
    expect((await call.turn('do you fly', gap)).isProductive).toBe(false)
  })
})

const message = (changes: object = {}) => ({ callerName: 'Ann', callbackNumber: '', text: 'My bike is broken', urgency: 'normal', ...changes })

