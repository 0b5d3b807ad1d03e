import { knowledgeSchema, type Knowledge } from '../domain/knowledge.ts'
import { connectRelay, hangUp, ring, type RelayConnection } from './twiml.ts'

interface Element {
  name: string
  attributes: Record<string, string>
}

/** Every element of a document as it is written, in order. */
const elementsOf = (xml: string): Element[] =>
  [...xml.matchAll(/<([A-Za-z]+)((?:\s+[A-Za-z]+="[^"]*")*)\s*\/?>/g)].map(([, name = '', attributes = '']) => ({
    name,
    attributes: Object.fromEntries([...attributes.matchAll(/([A-Za-z]+)="([^"]*)"/g)].map(([, key, value]) => [key, value])),
  }))

/** Twilio's names: https://www.twilio.com/docs/voice/twiml/connect/conversationrelay; XML tells case apart. */
const relayAttributeNames = new Set([
  'url', 'welcomeGreeting', 'welcomeGreetingInterruptible', 'language', 'ttsLanguage', 'ttsProvider', 'voice',
  'transcriptionLanguage', 'transcriptionProvider', 'speechModel', 'deepgramSmartFormat', 'interruptible',
  'interruptSensitivity', 'dtmfDetection', 'reportInputDuringAgentSpeech', 'preemptible', 'hints', 'events', 'debug',
  'elevenlabsTextNormalization', 'intelligenceService', 'conversationConfiguration', 'speechTimeout', 'eotThreshold',
  'partialPrompts', 'ignoreBackchannel', 'backgroundNoiseReduction', 'profanityFilter', 'turnDetection',
  'applicationReconnect', 'echoPromptFiltering',
])

const voice = (changes: Partial<Knowledge['voice']> = {}): Knowledge['voice'] => ({
  ...knowledgeSchema.shape.voice.parse({}),
  ...changes,
})
const connection = (changes: Partial<RelayConnection> = {}): RelayConnection => ({
  disclosure: null,
  actionUrl: 'https://voice.example/twilio/voice/action?restores=1',
  relayUrl: 'wss://relay.example/voice',
  token: 'a.b-c_d',
  greeting: 'Thanks for calling "Rosie & Sons" <3',
  hints: ['Rosie', 'Crème brûlée'],
  voice: voice(),
  ...changes,
})

describe("the TwiML that connects a call to the relay", () => {
  it('P-ai: has every attribute by its exact name and value, Deepgram hearing and ElevenLabs speaking, and no other', () => {
    const xml = connectRelay(connection({ voice: voice({ voiceId: 'UgBBYS2sOqTuMpoF3BR0' }) }))
    expect(elementsOf(xml)).toEqual([
      { name: 'Response', attributes: {} },
      { name: 'Connect', attributes: { action: 'https://voice.example/twilio/voice/action?restores=1', method: 'POST' } },
      {
        name: 'ConversationRelay',
        attributes: {
          url: 'wss://relay.example/voice',
          welcomeGreeting: 'Thanks for calling &quot;Rosie &amp; Sons&quot; &lt;3',
          welcomeGreetingInterruptible: 'any',
          language: 'en-US',
          ttsProvider: 'ElevenLabs',
          voice: 'UgBBYS2sOqTuMpoF3BR0',
          transcriptionProvider: 'Deepgram',
          speechModel: 'flux',
          eotThreshold: '0.7',
          partialPrompts: 'true',
          hints: 'Rosie,Crème brûlée',
          interruptible: 'any',
          interruptSensitivity: 'medium',
          ignoreBackchannel: 'true',
          reportInputDuringAgentSpeech: 'none',
          dtmfDetection: 'true',
          events: 'speaker-events tokens-played',
          applicationReconnect: 'true',
        },
      },
      { name: 'Parameter', attributes: { name: 'token', value: 'a.b-c_d' } },
    ])
    expect(xml).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?><Response>.*<\/Response>$/)
  })

  it('leaves out what is not set, and forbids interruptions where the tenant does', () => {
    const relay = elementsOf(connectRelay(connection({ hints: [], voice: voice({ isInterruptible: false }) })))[2]!
    expect(relay.attributes).toMatchObject({ interruptible: 'none', welcomeGreetingInterruptible: 'none' })
    expect(Object.keys(relay.attributes)).not.toContain('voice')
    expect(Object.keys(relay.attributes)).not.toContain('hints')
  })

  it('P-ai: hears other languages by a model that knows them, each with its own element', () => {
    const xml = connectRelay(connection({ voice: voice({ language: 'es-MX', otherLanguages: ['en-US', 'fr-FR'], voiceId: 'abc' }) }))
    const [, , relay, ...children] = elementsOf(xml)
    expect(relay!.attributes).toMatchObject({ language: 'es-MX', speechModel: 'nova-3-general' })
    expect(Object.keys(relay!.attributes)).not.toContain('eotThreshold')
    const shared = { ttsProvider: 'ElevenLabs', voice: 'abc', transcriptionProvider: 'Deepgram' }
    expect(children.slice(0, 2)).toEqual([
      { name: 'Language', attributes: { code: 'en-US', speechModel: 'flux', ...shared } },
      { name: 'Language', attributes: { code: 'fr-FR', speechModel: 'nova-3-general', ...shared } },
    ])
  })

  it('uses no attribute that Twilio does not know, whatever the settings', () => {
    const voices = ['en-GB', 'de-DE'].flatMap((language) => [true, false].map((isInterruptible) => voice({ language, isInterruptible, voiceId: 'x' })))
    for (const voice of voices) {
      const relay = elementsOf(connectRelay(connection({ voice })))[2]!
      expect(Object.keys(relay.attributes).filter((name) => !relayAttributeNames.has(name))).toEqual([])
    }
  })

  it('P-consent: says the disclosure before anything else, in its own words and language', () => {
    const disclosure = { text: 'Este llamado se graba & guarda.', language: 'es-MX' }
    const xml = connectRelay(connection({ disclosure }))
    expect(xml).toContain('<Response><Say language="es-MX">Este llamado se graba &amp; guarda.</Say><Connect')
    expect(connectRelay(connection())).not.toContain('<Say')
  })

  it('survives whatever characters a tenant has pasted', () => {
    const hostile = 'a\u0000b\u0008c\uD800d\uFFFFe</Say><Dial>+19005550100</Dial>"'
    const xml = connectRelay(connection({ greeting: hostile, hints: [hostile], disclosure: { text: hostile, language: 'en-US' } }))
    expect(elementsOf(xml).map(({ name }) => name)).toEqual(['Response', 'Say', 'Connect', 'ConversationRelay', 'Parameter'])
    expect(xml).toContain('a b c d e&lt;/Say&gt;&lt;Dial&gt;')
  })
})

describe('the other TwiML', () => {
  it('rings, apologises, hangs up', () => {
    const head = '<?xml version="1.0" encoding="UTF-8"?>'
    const apology = { text: 'Sorry.', language: 'en-US' }
    expect(ring({ number: '+14155550100', ringSeconds: 20, actionUrl: 'https://v.example/a?restores=3', apology })).toBe(
      `${head}<Response><Say language="en-US">Sorry.</Say><Dial timeout="20" action="https://v.example/a?restores=3" method="POST">+14155550100</Dial></Response>`,
    )
    expect(ring({ number: '+14155550100', ringSeconds: 30 })).toBe(`${head}<Response><Dial timeout="30">+14155550100</Dial></Response>`)
    expect(hangUp(apology)).toBe(`${head}<Response><Say language="en-US">Sorry.</Say><Hangup/></Response>`)
    expect(hangUp()).toBe(`${head}<Response><Hangup/></Response>`)
  })
})
