import { createLoneCall } from '../test/kit/lone-call.ts'

describe('an interruption that is told after the words that made it', () => {
  const begin = async () => {
    const call = await createLoneCall()
    await call.prompt('when do you open')
    await call.reply('We open at nine, and we close at five on weekdays.')
    return call
  }

  it.each([
    ['We open at nine', 'We open at nine,'],
    ['', ''],
    [null, ''],
  ])('(%j) cuts the reply that they were said over, and lets theirs be', async (utterance, kept) => {
    const call = await begin()
    await call.prompt('and on sundays')
    await call.interrupt(utterance)
    await call.reply('On Sundays we are closed.')
    const replies = call.lines().filter((line) => line.startsWith('receptionist')).slice(1)
    expect(replies).toEqual([`receptionist: ${kept}|`, 'receptionist: On Sundays we are closed.'])
    await call.clock.advance(10_000)
    await call.prompt('thanks')
    const heard = kept ? [kept] : []
    expect(call.sent().slice(1)).toEqual(['when do you open', ...heard, 'and on sundays', 'On Sundays we are closed.', 'thanks'])
  })

  it('cuts a reply that was still being made when they came', async () => {
    const call = await createLoneCall()
    await call.prompt('when do you open')
    await call.model('We open at nine, and we close')
    await call.clock.advance(1_000)
    await call.prompt('and on sundays')
    await call.interrupt('We open at nine')
    await call.reply('On Sundays we are closed.')
    expect(call.lines().slice(2)).toEqual(['receptionist: We open at nine,|', 'caller: and on sundays', 'receptionist: On Sundays we are closed.'])
  })

  it('is told from one of the reply to them, which has begun already', async () => {
    const call = await begin()
    await call.prompt('and on sundays')
    await call.model('On Sundays we are')
    await call.interrupt('We open at nine')
    await call.reply(' closed.')
    expect(call.spoken()).toContain('On Sundays we are closed.')
    expect(call.lines().filter((line) => line.startsWith('receptionist')).slice(1)).toEqual(['receptionist: We open at nine,|', 'receptionist: On Sundays we are closed.'])
    await call.prompt('on mondays')
    await call.model('On Mondays we open at')
    await call.interrupt('On Mondays')
    expect(call.streams.at(-1)!.isCancelled).toBe(true)
    expect(call.lines().at(-1)).toBe('receptionist: On Mondays|')
  })

  it('of a reply that was played to its end cuts nothing', async () => {
    const call = await begin()
    await call.clock.advance(10_000)
    await call.prompt('and on sundays')
    await call.interrupt('')
    expect(call.lines()).toContain('receptionist: We open at nine, and we close at five on weekdays.')
  })
})
