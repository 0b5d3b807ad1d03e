import { line } from '../test/kit/wrap-up-world.ts'
import { uniteGaps } from './knowledge-gaps.ts'

const noticed = (text: string, seconds = 1) => line(seconds, 'event', text, { event: 'knowledge-gap' })

describe('knowledge gaps', () => {
  it('are those noticed in the call, then those that the model found, each once however it is spelt', () => {
    const messages = [
      noticed('Do you take Guardian?'),
      line(2, 'caller', 'Is there parking?'),
      noticed('do you take guardian', 3),
    ]
    expect(uniteGaps(messages, ['DO YOU TAKE  GUARDIAN!', 'Is there parking?', 'is there parking'])).toEqual([
      'Do you take Guardian?',
      'Is there parking?',
    ])
  })

  it('keep letters of every script apart, and drop what has none', () => {
    expect(uniteGaps([noticed('¿?')], ['Öffnen Sie samstags?', '営業時間は？', 'offnen sie samstags'])).toEqual([
      'Öffnen Sie samstags?',
      '営業時間は？',
      'offnen sie samstags',
    ])
  })

  it('are bounded', () => {
    expect(
      uniteGaps(
        [],
        Array.from({ length: 100 }, (_, index) => `Question ${index}`),
      ),
    ).toHaveLength(20)
  })
})
