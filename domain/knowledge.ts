import { z } from 'zod'
import { openingHoursSchema, timeZoneSchema } from './opening-hours.ts'
import { e164Schema, transferNumberSchema } from './phone-number.ts'

const line = (max: number) => z.string().trim().min(1).max(max)

/**
 * What a receptionist knows and how it behaves: one published version of a tenant's knowledge base.
 * Versions are immutable, so anything made from one (prompt prefix, search index) may be kept as long as the version is.
 */
export const knowledgeSchema = z.strictObject({
  business: z.strictObject({
    name: line(120),
    description: z.string().max(2_000).default(''),
    phone: e164Schema.optional(),
    email: z.email().max(254).optional(),
    website: z.url().max(500).optional(),
  }),
  timeZone: timeZoneSchema,
  locations: z
    .array(z.strictObject({ name: line(120), address: line(300), directions: z.string().max(1_000).default('') }))
    .max(50)
    .default([]),
  hours: openingHoursSchema,
  services: z
    .array(
      z.strictObject({
        name: line(120),
        description: z.string().max(1_000).default(''),
        priceCents: z.int().min(0).max(100_000_000).optional(),
        priceNote: z.string().max(200).default(''),
        durationMinutes: z.int().min(1).max(10_080).optional(),
      }),
    )
    .max(500)
    .default([]),
  currency: z.string().regex(/^[A-Z]{3}$/).default('USD'),
  faqs: z
    .array(z.strictObject({ id: line(64), question: line(500), answer: line(2_000) }))
    .max(5_000)
    .default([]),
  instructions: z.string().max(4_000).default(''),
  greeting: line(500),
  disclosure: z.strictObject({ isSpoken: z.boolean(), text: z.string().max(500).default('') }),
  recording: z.strictObject({ isEnabled: z.boolean() }),
  transfer: z.strictObject({
    number: transferNumberSchema.nullable(),
    when: z.enum(['always', 'open-hours', 'never']),
    ringSeconds: z.int().min(5).max(60).default(20),
  }),
  voice: z.strictObject({
    /** BCP 47; what the receptionist speaks and hears unless the caller changes it. */
    language: z.string().regex(/^[a-z]{2}-[A-Z]{2}$/).default('en-US'),
    /** ElevenLabs voice id; empty for the provider's default. */
    voiceId: z.string().regex(/^[A-Za-z0-9._-]{0,64}$/).default(''),
    /** Further languages that a caller may change to. */
    otherLanguages: z.array(z.string().regex(/^[a-z]{2}-[A-Z]{2}$/)).max(8).default([]),
    isInterruptible: z.boolean().default(true),
    /** The answer is prepared while the caller is probably done speaking; costs some model requests that are thrown away. */
    isEager: z.boolean().default(true),
    /** Plain questions about hours, address and parking, and FAQs asked word for word, are answered without a model. */
    hasDirectAnswers: z.boolean().default(true),
  }),
})

export type Knowledge = z.infer<typeof knowledgeSchema>
export type KnowledgeInput = z.input<typeof knowledgeSchema>

/** The published knowledge of one account, as a live process holds it. */
export interface Tenant {
  accountId: string
  status: AccountStatus
  ownerEmail: string
  knowledgeVersion: number
  knowledge: Knowledge
}

export const accountStatuses = ['active', 'suspended', 'closed'] as const
export type AccountStatus = (typeof accountStatuses)[number]
