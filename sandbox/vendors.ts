import { join } from 'node:path'
import { demoTenant } from './demo-tenant.ts'
import { startOpenAiStandIn } from './openai/stand-in.ts'
import type { Parts } from './parts.ts'
import { startResendStandIn } from './resend/stand-in.ts'
import type { Secrets } from './secrets.ts'
import { startTwilioStandIn } from './twilio/stand-in.ts'

export interface Vendors {
  /** What the processes are told of them. */
  variables: Record<string, string>
  /** Null where the vendor itself (or somebody else's stand-in) is used, by variables that were set already. */
  twilioUrl: string | null
  openaiUrl: string | null
  resendUrl: string | null
  mailboxUrl: string | null
}

/** Stand-ins for the vendors whose variables are not set. */
export async function startVendors(options: {
  home: string
  parts: Parts
  secrets: Secrets
  ports: { twilio: number; openai: number; resend: number }
  publicUrl: string
  environment: NodeJS.ProcessEnv
}): Promise<Vendors> {
  const { home, parts, secrets, ports, publicUrl, environment } = options
  const { twilioAccountSid: accountSid, twilioAuthToken: authToken } = secrets
  const dataDir = (name: string) => join(home, 'stand-ins', name)
  const stop = (standIn: { stop(): Promise<void> }) => standIn.stop()

  const twilio = environment.TWILIO_ACCOUNT_SID
    ? null
    : await parts.add(
        () => startTwilioStandIn({ port: ports.twilio, accountSid, authToken, numbers: [phoneNumber(publicUrl)], dataDir: dataDir('twilio') }),
        stop,
      )
  const isOpenAiGiven = environment.OPENAI_API_KEY || environment.OPENAI_BASE_URL
  const openai = isOpenAiGiven ? null : await parts.add(() => startOpenAiStandIn({ port: ports.openai }), stop)
  const resend = environment.RESEND_API_KEY
    ? null
    : await parts.add(() => startResendStandIn({ port: ports.resend, dataDir: dataDir('resend') }), stop)
  return {
    twilioUrl: twilio?.url ?? null,
    openaiUrl: openai?.url ?? null,
    resendUrl: resend?.url ?? null,
    mailboxUrl: resend?.mailboxUrl ?? null,
    variables: {
      ...(twilio && { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_BASE_URL: twilio.url }),
      ...(openai && { OPENAI_API_KEY: 'sandbox', OPENAI_BASE_URL: openai.url }),
      ...(resend && { RESEND_API_KEY: 're_sandbox', RESEND_BASE_URL: resend.url }),
      // servers that speak OpenAI's protocol on one's own machine often want no key, but the client does
      ...(isOpenAiGiven && { OPENAI_API_KEY: environment.OPENAI_API_KEY || 'none' }),
    },
  }
}

/** The demo's number as it would be set up at Twilio. */
function phoneNumber(publicUrl: string) {
  return {
    e164: demoTenant.number,
    voiceUrl: `${publicUrl}/twilio/voice`,
    statusUrl: `${publicUrl}/twilio/voice/status`,
    fallbackUrl: `${publicUrl}/twilio/voice/fallback?dial=${encodeURIComponent(demoTenant.transferNumber)}`,
  }
}
