import { createFakeClock } from '../test/kit/fake-clock.ts'
import { createPlayback } from './playback.ts'
import { relayBounds } from './relay-bounds.ts'

const text = 'We are open from nine to five.'
const spokenMs = text.length * relayBounds.msPerSpokenChar

describe('what the caller hears', () => {
  function begin() {
    const clock = createFakeClock()
    const playback = createPlayback(clock)
    let isPlayed = false
    playback.begin()
    playback.sent(text)
    return { clock, playback, wait: () => playback.whenPlayed(() => (isPlayed = true)), isPlayed: () => isPlayed }
  }

  it('is estimated by length where Twilio tells nothing', () => {
    const { clock, playback, wait, isPlayed } = begin()
    wait()
    clock.advance(spokenMs - 1)
    expect([playback.isPlaying(), isPlayed()]).toEqual([true, false])
    clock.advance(1)
    expect([playback.isPlaying(), isPlayed()]).toEqual([false, true])
  })

  it('is over when the speaker event says so, and a gap between two texts is no end', () => {
    const { clock, playback, wait, isPlayed } = begin()
    playback.agentSpeaking(true)
    wait()
    playback.agentSpeaking(false)
    clock.advance(relayBounds.voiceGapMs - 1)
    playback.agentSpeaking(true)
    clock.advance(spokenMs + relayBounds.voiceGapMs)
    expect([playback.isPlaying(), isPlayed()]).toEqual([true, false])
    playback.agentSpeaking(false)
    clock.advance(relayBounds.voiceGapMs)
    expect([playback.isPlaying(), isPlayed()]).toEqual([false, true])
  })

  it('is waited for no longer than a bound, should the event never come', () => {
    const { clock, playback, wait, isPlayed } = begin()
    playback.agentSpeaking(true)
    wait()
    clock.advance(spokenMs + relayBounds.playbackSlackMs)
    expect([playback.isPlaying(), isPlayed()]).toEqual([false, true])
  })

  it('includes a text that was sent after the voice had stopped and has not begun yet', () => {
    const { clock, playback, wait, isPlayed } = begin()
    playback.agentSpeaking(true)
    playback.agentSpeaking(false)
    playback.sent(text)
    wait()
    clock.advance(relayBounds.voiceGapMs)
    expect(isPlayed()).toBe(false)
    playback.agentSpeaking(true)
    playback.agentSpeaking(false)
    clock.advance(relayBounds.voiceGapMs)
    expect(isPlayed()).toBe(true)
  })

  it.each([
    ['words', ['We are', 'open'], 'We are open'],
    ['tokens', ['We', ' are', ' op', 'en'], 'We are open'],
  ])('is known to the word where played %s are told', (_, chunks, heard) => {
    const { playback } = begin()
    for (const chunk of chunks) playback.tokensPlayed(chunk)
    expect(playback.heardOf(text)).toBe(heard)
  })

  it('is a part of the text by time where they are not', () => {
    const { clock, playback } = begin()
    clock.advance(6 * relayBounds.msPerSpokenChar)
    expect(playback.heardOf(text)).toBe('We are')
    playback.stop()
    expect(playback.isPlaying()).toBe(false)
  })
})
