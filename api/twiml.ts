import twilio from 'twilio'
import type { Knowledge } from '../domain/knowledge.ts'
import { languageAttributes, relayAttributes } from './relay-attributes.ts'

export interface Line {
  text: string
  /** BCP 47. */
  language: string
}

/** Characters that no XML document may hold, however they are written (XML 1.0, section 2.2). */
const illegal = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu
const legal = (text: string) => text.replace(illegal, ' ')

const newResponse = () => new twilio.twiml.VoiceResponse()

function say(response: twilio.twiml.VoiceResponse, { text, language }: Line): void {
  response.addChild('Say', { language }).addText(legal(text))
}

export interface RelayConnection {
  /** Spoken before anything else, when there is one. */
  disclosure: Line | null
  /** Where Twilio reports how the session ended. */
  actionUrl: string
  relayUrl: string
  token: string
  greeting: string
  hints: readonly string[]
  voice: Knowledge['voice']
}

/** Connects the call to the relay. */
export function connectRelay(connection: RelayConnection): string {
  const { disclosure, actionUrl, relayUrl, token, greeting, hints, voice } = connection
  const response = newResponse()
  if (disclosure) say(response, disclosure)
  const relay = response.connect({ action: actionUrl, method: 'POST' }).addChild('ConversationRelay', {
    url: relayUrl,
    welcomeGreeting: legal(greeting),
    ...relayAttributes(voice, hints.map(legal)),
  })
  for (const code of voice.otherLanguages) relay.addChild('Language', languageAttributes(code, voice.voiceId))
  relay.addChild('Parameter', { name: 'token', value: token })
  return response.toString()
}

/** Rings somebody, after a word of apology where one is due; without `actionUrl` the call ends afterwards. */
export function ring(options: { number: string; ringSeconds: number; actionUrl?: string; apology?: Line }): string {
  const { number, ringSeconds, actionUrl, apology } = options
  const response = newResponse()
  if (apology) say(response, apology)
  response.dial({ timeout: ringSeconds, ...(actionUrl && { action: actionUrl, method: 'POST' }) }, number)
  return response.toString()
}

/** Ends the call, after a last word where one is due. */
export function hangUp(lastWord?: Line): string {
  const response = newResponse()
  if (lastWord) say(response, lastWord)
  response.hangup()
  return response.toString()
}

/** Nothing to do: the call is over. */
export const nothing = newResponse().toString()
