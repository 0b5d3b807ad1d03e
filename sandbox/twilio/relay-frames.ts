import { z } from 'zod'

const tag = z.string().regex(/^[a-z]{2,3}(-[A-Z][A-Za-z0-9]{1,3})?$|^multi$/)

/** What an application may send on a ConversationRelay socket. Source: PROTOCOL.md section 3 */
const relayFrameSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('text'),
    token: z.string(),
    last: z.boolean().default(false),
    lang: tag.optional(),
    interruptible: z.boolean().optional(),
    preemptible: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('play'),
    source: z.url({ protocol: /^https?$/ }),
    loop: z.int().min(0).max(1_000).default(1),
    preemptible: z.boolean().default(false),
    interruptible: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('sendDigits'), digits: z.string().regex(/^[0-9w#*]+$/) }),
  z
    .strictObject({ type: z.literal('language'), ttsLanguage: tag.optional(), transcriptionLanguage: tag.optional() })
    .refine(({ ttsLanguage, transcriptionLanguage }) => ttsLanguage ?? transcriptionLanguage, 'one of the two is required'),
  z.strictObject({ type: z.literal('end'), handoffData: z.string().optional() }),
])
export type RelayFrame = z.infer<typeof relayFrameSchema>

/** The frame, or null for one that Twilio would call malformed. */
export function parseRelayFrame(data: string): RelayFrame | null {
  try {
    return relayFrameSchema.parse(JSON.parse(data))
  } catch {
    return null
  }
}
