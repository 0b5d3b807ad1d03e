import { createFakeClock } from '../test/kit/fake-clock.ts'
import { createPlayback } from './playback.ts'
import { createUtterance } from './utterance.ts'

describe('an utterance', () => {
  function begin() {
    const sent: object[] = []
    const utterance = createUtterance((frame) => void sent.push(JSON.parse(frame)), createPlayback(createFakeClock()))
    return { utterance, sent }
  }

  it('sends each token as it is, spaces included, and ends its talk cycle once', () => {
    const { utterance, sent } = begin()
    for (const token of ['We', ' are', '', ' open.']) utterance.say(token)
    utterance.end()
    utterance.end()
    expect(sent).toEqual([
      { type: 'text', token: 'We', last: false },
      { type: 'text', token: ' are', last: false },
      { type: 'text', token: ' open.', last: false },
      { type: 'text', token: '', last: true },
    ])
    expect(utterance.text).toBe('We are open.')
  })

  it('lets no late token out', () => {
    const { utterance, sent } = begin()
    utterance.say('We')
    utterance.end()
    utterance.say(' are open.')
    utterance.say('One moment.', { isFiller: true })
    expect(sent).toHaveLength(2)
    expect(utterance.text).toBe('We')
  })

  it('that never began ends without a word', () => {
    const { utterance, sent } = begin()
    utterance.end()
    expect(sent).toEqual([])
  })

  it('says a filler in a talk cycle of its own, which the next one cuts off, and does not count it as said', () => {
    const { utterance, sent } = begin()
    utterance.say('One moment.', { isFiller: true })
    utterance.say('We are')
    utterance.say('One moment.', { isFiller: true })
    utterance.say(' open.')
    utterance.end()
    expect(sent).toEqual([
      { type: 'text', token: 'One moment.', last: true, preemptible: true },
      { type: 'text', token: 'We are', last: false },
      { type: 'text', token: '', last: true },
      { type: 'text', token: 'One moment.', last: true, preemptible: true },
      { type: 'text', token: ' open.', last: false },
      { type: 'text', token: '', last: true },
    ])
    expect(utterance.text).toBe('We are open.')
  })
})
