import { z } from 'zod'

/** What a handset hears and sees of its call. */
export type LineEvent =
  | { type: 'ringing'; callSid: string }
  | { type: 'answered' }
  | { type: 'listening'; hasGreeting: boolean }
  | { type: 'heard'; source: HeardSource; text: string; isPreemptible: boolean; sinceInputMs: number | null }
  | { type: 'speech-end'; source: HeardSource; text: string; isPreemptible: boolean; isPreempted: boolean }
  | { type: 'interrupted'; heard: string }
  | { type: 'reconnect'; state: 'lost' | 'back' }
  | { type: 'session-end'; status: 'ended' | 'failed' | 'completed'; errorCode: number | null }
  | { type: 'transfer'; number: string; status: TransferStatus }
  | { type: 'recording'; sid: string; status: string }
  | { type: 'debugger'; level: 'warning' | 'error'; code: number; message: string }
  /** The caller spoke and nobody listened. */
  | { type: 'unheard' }
  | { type: 'ended'; status: string; durationSeconds: number; by: 'caller' | 'business' | 'api' }

/** `disclosure`: said by Twilio before the first conversation; `announcement`: said by Twilio later on. */
export type HeardSource = 'disclosure' | 'announcement' | 'greeting' | 'reply' | 'play'
export type TransferStatus = 'ringing' | 'answered' | 'completed' | 'no-answer' | 'busy' | 'failed'

/** What a person does with a handset. */
export const handsetActionSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('dial'), to: z.string().max(40), from: z.string().max(40) }),
  z.strictObject({ type: z.literal('say'), words: z.string().min(1).max(10_000) }),
  z.strictObject({ type: z.literal('barge-in'), words: z.string().min(1).max(10_000), afterWords: z.int().min(0) }),
  z.strictObject({ type: z.literal('press'), digits: z.string().regex(/^[0-9*#]{1,64}$/) }),
  z.strictObject({ type: z.literal('hang-up') }),
])
export type HandsetAction = z.infer<typeof handsetActionSchema>
