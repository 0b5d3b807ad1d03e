import type { Check } from './attribute-checks.ts'
import { anyOf, anyText, boolean, decimal, integer, language, method, oneOf, someOf, someText, webUrl } from './attribute-checks.ts'

export interface ElementRule {
  attributes: Record<string, Check>
  required?: string[]
  children?: string[]
  hasText?: boolean
}

const interruption = oneOf('none', 'dtmf', 'speech', 'any', 'true', 'false')
const ttsProvider = oneOf('Google', 'Amazon', 'ElevenLabs')
const transcriptionProvider = oneOf('Google', 'Deepgram')
const speechModel = oneOf('nova-3-general', 'nova-2-general', 'telephony', 'flux')
const spokenLanguage = anyOf(language, oneOf('multi'))
const recordingAttributes = {
  recordingStatusCallback: webUrl,
  recordingStatusCallbackMethod: method,
  recordingStatusCallbackEvent: someOf('in-progress', 'completed', 'absent'),
  trim: oneOf('trim-silence', 'do-not-trim'),
}

/** TwiML's voice verbs and nouns as far as the stand-in carries them out. Source: PROTOCOL.md section 5 and https://www.twilio.com/docs/voice/twiml */
export const twimlRules: Record<string, ElementRule> = {
  Response: { attributes: {}, children: ['Say', 'Play', 'Pause', 'Dial', 'Connect', 'Start', 'Hangup', 'Reject', 'Redirect'] },
  Say: { attributes: { voice: someText, language, loop: integer(0, 1_000) }, hasText: true },
  Play: { attributes: { loop: integer(0, 1_000), digits: (value) => /^[\dwW*#]+$/.test(value) }, hasText: true },
  Pause: { attributes: { length: integer(0, 180) } },
  Hangup: { attributes: {} },
  Reject: { attributes: { reason: oneOf('rejected', 'busy') } },
  Redirect: { attributes: { method }, hasText: true },
  Dial: {
    attributes: {
      ...recordingAttributes,
      action: webUrl,
      method,
      timeout: integer(1, 600),
      timeLimit: integer(1, 86_400),
      callerId: someText,
      hangupOnStar: boolean,
      answerOnBridge: boolean,
      sequential: boolean,
      ringTone: someText,
      record: oneOf(
        'do-not-record', 'record-from-answer', 'record-from-ringing', 'record-from-answer-dual', 'record-from-ringing-dual',
      ),
      recordingTrack: oneOf('inbound', 'outbound', 'both'),
    },
    children: ['Number'],
    hasText: true,
  },
  Number: {
    attributes: {
      sendDigits: (value) => /^[\dwW*#]+$/.test(value),
      url: webUrl,
      method,
      statusCallback: webUrl,
      statusCallbackMethod: method,
      statusCallbackEvent: someOf('initiated', 'ringing', 'answered', 'completed'),
    },
    hasText: true,
  },
  Start: { attributes: {}, children: ['Recording'] },
  Recording: {
    attributes: {
      ...recordingAttributes,
      name: someText,
      track: oneOf('inbound', 'outbound', 'both'),
      channels: oneOf('mono', 'dual'),
    },
  },
  Connect: { attributes: { action: webUrl, method }, children: ['ConversationRelay'] },
  ConversationRelay: {
    attributes: {
      url: someText,
      welcomeGreeting: anyText,
      welcomeGreetingInterruptible: interruption,
      language: spokenLanguage,
      ttsLanguage: language,
      ttsProvider,
      voice: someText,
      transcriptionLanguage: spokenLanguage,
      transcriptionProvider,
      speechModel,
      deepgramSmartFormat: boolean,
      interruptible: interruption,
      interruptSensitivity: oneOf('low', 'medium', 'high'),
      dtmfDetection: boolean,
      reportInputDuringAgentSpeech: oneOf('none', 'dtmf', 'speech', 'any'),
      preemptible: boolean,
      hints: anyText,
      events: someOf('speaker-events', 'tokens-played', 'config-updated'),
      debug: someOf('debugging', 'speaker-events', 'tokens-played'),
      elevenlabsTextNormalization: oneOf('on', 'auto', 'off'),
      intelligenceService: someText,
      conversationConfiguration: someText,
      speechTimeout: anyOf(oneOf('auto'), integer(600, 5_000)),
      eotThreshold: decimal(0.5, 0.9),
      partialPrompts: boolean,
      ignoreBackchannel: boolean,
      backgroundNoiseReduction: someText,
      profanityFilter: boolean,
      turnDetection: someText,
      applicationReconnect: boolean,
      echoPromptFiltering: boolean,
    },
    required: ['url'],
    children: ['Language', 'Parameter', 'Failover'],
  },
  Language: {
    attributes: { code: spokenLanguage, ttsProvider, voice: someText, transcriptionProvider, speechModel },
    required: ['code'],
  },
  Parameter: { attributes: { name: someText, value: anyText }, required: ['name', 'value'] },
  Failover: { attributes: { ttsProvider, voice: someText, transcriptionProvider, speechModel } },
}

/** Verbs that Twilio knows and this stand-in does not. */
export const unsupportedVerbs = new Set([
  'Gather', 'Record', 'Enqueue', 'Leave', 'Queue', 'Sms', 'Message', 'Pay', 'Prompt', 'Refer', 'Siprec', 'Stop', 'Stream', 'Echo',
  'Client', 'Sip', 'Conference', 'Task', 'Sim', 'Application', 'VirtualAgent', 'Autopilot', 'Room',
])
