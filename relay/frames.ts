import { z } from 'zod'

/**
 * ConversationRelay's messages: https://www.twilio.com/docs/voice/conversationrelay/websocket-messages
 * What we use is checked strictly; fields that Twilio adds are let through unread.
 */
const callSid = z.string().regex(/^CA[0-9a-f]{32}$/)
const milliseconds = z.union([z.number(), z.string().regex(/^\d{1,15}(\.\d{1,9})?$/).transform(Number)])

const frameSchemas = {
  setup: z.object({
    type: z.literal('setup'),
    sessionId: z.string().min(1).max(64),
    callSid,
    customParameters: z.record(z.string(), z.unknown()).nullish(),
  }),
  prompt: z.object({
    type: z.literal('prompt'),
    voicePrompt: z.string(),
    lang: z.string().max(35).nullish(),
    /** False for words that may still change; only sent where `partialPrompts` is on. */
    last: z.boolean().default(true),
  }),
  dtmf: z.object({ type: z.literal('dtmf'), digit: z.string().regex(/^[0-9*#A-D]$/) }),
  interrupt: z.object({
    type: z.literal('interrupt'),
    utteranceUntilInterrupt: z.string().nullish(),
    /** A number on Twilio's page, text in older copies of it. */
    durationUntilInterruptMs: milliseconds.nullish(),
  }),
  /** Shapes of `value` are on no official page: each name reads its own. */
  info: z.object({ type: z.literal('info'), name: z.string().max(64), value: z.unknown(), ts: milliseconds.nullish() }),
  error: z.object({ type: z.literal('error'), description: z.string().nullish() }),
} as const

type FrameType = keyof typeof frameSchemas
export type TwilioFrame = { [Type in FrameType]: z.output<(typeof frameSchemas)[Type]> }[FrameType]
export type SetupFrame = Extract<TwilioFrame, { type: 'setup' }>

const isKnown = (type: unknown): type is FrameType => typeof type === 'string' && Object.hasOwn(frameSchemas, type)

/** `malformed` names the type that it claims to be: one of ours, or `none`. A type that we don't know is no mistake of Twilio's. */
export type ReadFrame = { frame: TwilioFrame } | { malformed: FrameType | 'none' } | { unknown: true }

/** Reads one message from Twilio; never throws. */
export function readFrame(data: string): ReadFrame {
  let json: unknown
  try {
    json = JSON.parse(data)
  } catch {
    return { malformed: 'none' }
  }
  const type = typeof json === 'object' && json !== null && 'type' in json ? json.type : undefined
  if (typeof type !== 'string') return { malformed: 'none' }
  if (!isKnown(type)) return { unknown: true }
  const result = frameSchemas[type].safeParse(json)
  return result.success ? { frame: result.data } : { malformed: type }
}

/** What is said. `isLast` ends the talk cycle; what is preemptible is cut off by the next talk cycle. */
export const textFrame = (token: string, { isLast = false, isPreemptible = false } = {}) =>
  JSON.stringify({ type: 'text', token, last: isLast, ...(isPreemptible && { preemptible: true }) })

/** What is heard and spoken from now on, BCP 47. */
export const languageFrame = (language: string) =>
  JSON.stringify({ type: 'language', ttsLanguage: language, transcriptionLanguage: language })

/** Hands the call back to TwiML's `action`, which reads this. */
export interface HandoffData {
  reason: 'transfer' | 'end' | 'model-failed'
  detail?: string
}
export const endFrame = (handoff: HandoffData) => JSON.stringify({ type: 'end', handoffData: JSON.stringify(handoff) })
