import type { Knowledge } from '../domain/knowledge.ts'

// Deepgram's flux began with English; its multilingual form (2026-04) is chosen by `multi` at Twilio, and no page of
// Twilio's says that a fixed other language may be combined with it. Nova 3 hears them all.
const speechModelFor = (language: string) => (language.startsWith('en-') ? 'flux' : 'nova-3-general')

type Attributes = Record<string, string>

/**
 * The attributes of `<ConversationRelay>` that come of a tenant's settings, by their exact names: Twilio's library types
 * some of them in lower case and lacks the newest, XML tells case apart, and Twilio only warns about what it doesn't know.
 * https://www.twilio.com/docs/voice/twiml/connect/conversationrelay
 */
export function relayAttributes({ language, voiceId, isInterruptible, isEager }: Knowledge['voice'], hints: readonly string[]): Attributes {
  const interruptible = isInterruptible ? 'any' : 'none'
  const speechModel = speechModelFor(language)
  return {
    language,
    ttsProvider: 'ElevenLabs',
    ...(voiceId && { voice: voiceId }),
    transcriptionProvider: 'Deepgram',
    speechModel,
    ...(speechModel === 'flux' && { eotThreshold: '0.7' }),
    // Words before they are final, which flux alone tells.
    ...(speechModel === 'flux' && isEager && { partialPrompts: 'true' }),
    ...(hints.length > 0 && { hints: hints.join(',') }),
    interruptible,
    welcomeGreetingInterruptible: interruptible,
    interruptSensitivity: 'medium',
    ignoreBackchannel: 'true',
    reportInputDuringAgentSpeech: 'none',
    dtmfDetection: 'true',
    events: 'speaker-events tokens-played',
    applicationReconnect: 'true',
  }
}

/** The attributes of a `<Language>` that a caller may change to. */
export function languageAttributes(code: string, voiceId: string): Attributes {
  return {
    code,
    ttsProvider: 'ElevenLabs',
    ...(voiceId && { voice: voiceId }),
    transcriptionProvider: 'Deepgram',
    speechModel: speechModelFor(code),
  }
}
