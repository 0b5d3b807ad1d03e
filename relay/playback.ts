import type { Clock } from './clock.ts'
import { relayBounds } from './relay-bounds.ts'

export type Playback = ReturnType<typeof createPlayback>

/**
 * What the caller hears, as far as it can be known: Twilio's speaker events where they come (`agentSpeaking`,
 * `tokensPlayed`), else an estimate by the length of what was sent.
 */
export function createPlayback(clock: Clock) {
  let hasSpeakerEvents = false
  let hasPlayedEvents = false
  /** True once a played text came with its spaces: then they are our tokens, cut anywhere; else they are words. */
  let isPlayedRaw = false
  let isVoiceOn = false
  /** Text was sent that no `agentSpeaking on` has answered yet. */
  let isVoiceDue = false
  let beganAtMs: number | null = null
  let estimatedEndMs = 0
  let played: string[] = []
  /** Since then nothing is known to be heard: the line to Twilio is lost. */
  let lostAtMs = Infinity
  let cancelGap = () => {}
  let waiter: { run: () => void; cancel: () => void } | null = null

  const settle = () => {
    const done = waiter
    waiter = null
    done?.cancel()
    done?.run()
  }
  const playback = {
    /** A new utterance begins: what is played from now on is counted as heard of it. */
    begin() {
      played = []
      beganAtMs = null
    },
    /** `text` was handed to Twilio. */
    sent(text: string) {
      if (!isVoiceOn) isVoiceDue = true
      cancelGap()
      const startMs = Math.max(clock.nowMs(), estimatedEndMs)
      beganAtMs ??= startMs
      estimatedEndMs = startMs + text.length * relayBounds.msPerSpokenChar
    },
    agentSpeaking(isOn: boolean) {
      hasSpeakerEvents = true
      isVoiceOn = isOn
      cancelGap()
      estimatedEndMs = isOn ? Math.max(estimatedEndMs, clock.nowMs()) : estimatedEndMs
      if (isOn) isVoiceDue = false
      else if (!isVoiceDue) cancelGap = clock.after(relayBounds.voiceGapMs, settle)
    },
    tokensPlayed(text: string) {
      hasPlayedEvents = true
      isPlayedRaw ||= /^\s|\s$/.test(text)
      played.push(text)
      // Nothing of ours was said yet: it is what another process began, and its voice goes on until we are told otherwise.
      if (beganAtMs === null) playback.agentSpeaking(true)
    },
    lose() {
      lostAtMs = clock.nowMs()
    },
    find() {
      lostAtMs = Infinity
    },
    /** The caller cut it off. */
    stop() {
      isVoiceOn = isVoiceDue = false
      estimatedEndMs = clock.nowMs()
    },
    isPlaying(): boolean {
      const leftMs = estimatedEndMs - clock.nowMs()
      if (!hasSpeakerEvents) return leftMs > 0
      return (isVoiceOn && leftMs > -relayBounds.playbackSlackMs) || (isVoiceDue && leftMs > 0)
    },
    /** How long it will go on, as far as can be told. */
    leftMs(): number {
      return playback.isPlaying() ? Math.max(0, estimatedEndMs - clock.nowMs()) : 0
    },
    /** What was heard of the utterance whose text is `sent`. */
    heardOf(sent: string): string {
      if (hasPlayedEvents) return played.join(isPlayedRaw ? '' : ' ')
      if (beganAtMs === null) return ''
      const heardMs = Math.min(clock.nowMs(), lostAtMs) - beganAtMs
      return sent.slice(0, Math.max(0, Math.floor(heardMs / relayBounds.msPerSpokenChar)))
    },
    /** True where Twilio tells what it has played. */
    isHeardKnown(): boolean {
      return hasPlayedEvents
    },
    /** Runs `run` once everything sent was played, or should have been; the newest caller of it wins. */
    whenPlayed(run: () => void) {
      waiter?.cancel()
      waiter = null
      if (!playback.isPlaying()) return run()
      const slackMs = hasSpeakerEvents ? relayBounds.playbackSlackMs : 0
      waiter = { run, cancel: clock.after(playback.leftMs() + slackMs, settle) }
    },
    cancel() {
      cancelGap()
      waiter?.cancel()
      waiter = null
    },
  }
  return playback
}
