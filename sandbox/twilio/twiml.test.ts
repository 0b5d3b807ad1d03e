import twilio from 'twilio'
import { parseTwiml } from './twiml.ts'

function read(xml: string) {
  const warnings: string[] = []
  const verbs = parseTwiml(xml, (code, message) => warnings.push(`${code} ${message}`))
  return { verbs, warnings }
}

const relay = (attributes: string) =>
  `<Response><Connect><ConversationRelay url="wss://relay.example.com/voice" ${attributes}/></Connect></Response>`

describe('parseTwiml', () => {
  it('reads verbs in their order, with entities, nested nouns and parameters', () => {
    const response = new twilio.twiml.VoiceResponse()
    response.say('Recorded & <kept>.')
    const connect = response.connect({ action: 'https://api.example.com/action?a=1&b=2' })
    connect.conversationRelay({ url: 'wss://relay.example.com/voice' }).parameter({ name: 'token', value: 'a"b' })
    const { verbs, warnings } = read(response.toString())
    expect(warnings).toEqual([])
    expect(verbs.map(({ name, text }) => [name, text])).toEqual([['Say', 'Recorded & <kept>.'], ['Connect', '']])
    expect(verbs[1]!.attributes).toEqual({ action: 'https://api.example.com/action?a=1&b=2' })
    expect(verbs[1]!.children[0]!.children[0]!.attributes).toEqual({ name: 'token', value: 'a"b' })
  })

  it.each([
    ['not XML', '<Response><Say>Hi</Response>', 12100],
    ['an entity bomb', '<!DOCTYPE r [<!ENTITY a "aa">]><Response><Say>&a;</Say></Response>', 12100],
    ['a name that JavaScript knows', '<Response><Say constructor="x">Hi</Say></Response>', 12100],
    ['another root', '<Twiml/>', 12102],
    ['a verb in lower case', '<Response><say>Hi</say></Response>', 13221],
    ['a noun as verb', '<Response><ConversationRelay url="wss://a"/></Response>', 13221],
    ['a verb that the stand-in lacks', '<Response><Gather/></Response>', 13221],
    ['a session without url', '<Response><Connect><ConversationRelay/></Connect></Response>', 12200],
  ])('refuses %s', (_, xml, code) => {
    expect(() => read(xml)).toThrow(expect.objectContaining({ code }))
  })

  it("takes every attribute as it is spelled on Twilio's page", () => {
    const attributes =
      'welcomeGreeting="Hi" welcomeGreetingInterruptible="any" language="en-US" ttsProvider="ElevenLabs" voice="x" transcriptionProvider="Deepgram" ' +
      'speechModel="flux" deepgramSmartFormat="true" interruptible="any" interruptSensitivity="medium" dtmfDetection="true" ' +
      'reportInputDuringAgentSpeech="none" preemptible="false" hints="a,b" events="speaker-events tokens-played" speechTimeout="auto" ' +
      'eotThreshold="0.7" partialPrompts="true" ignoreBackchannel="true" backgroundNoiseReduction="true" applicationReconnect="true"'
    expect(read(relay(attributes)).warnings).toEqual([])
  })

  it.each([
    'speechtimeout="auto"', 'deepgramsmartformat="true"', 'ignorebackchannel="true"', 'interruptible="maybe"', 'eotThreshold="0.95"',
    'speechTimeout="100"', 'events="speaker"', 'voice=""', 'ttsProvider="elevenlabs"', 'applicationReconnect="yes"', 'valueOf="x"',
  ])('warns about %s (12200) and goes on without it', (attribute) => {
    const { verbs, warnings } = read(relay(attribute))
    expect(warnings).toEqual([expect.stringMatching(/^12200 /)])
    expect(Object.keys(verbs[0]!.children[0]!.attributes)).toEqual(['url'])
  })
})
