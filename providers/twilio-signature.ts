import twilio from 'twilio'

export interface SignedRequest {
  authToken: string
  /** The `X-Twilio-Signature` header as received. */
  signature: string | undefined
  /** The whole URL that Twilio was given, query included; `wss://` for a ConversationRelay handshake. */
  url: string
  /** The form's fields; a list where a field came more than once. Nothing for a handshake. */
  params?: Record<string, string | string[]>
}

/**
 * True when Twilio signed this request: base64(HMAC-SHA1(auth token, URL + sorted fields)).
 * A handshake may be signed over the `wss://` or the `https://` spelling of its URL, with its query in the URL or as
 * fields beside it: Twilio's page and Twilio's own SDK differ.
 * https://www.twilio.com/docs/usage/webhooks/webhooks-security
 */
export function isSignedByTwilio({ authToken, signature, url, params = {} }: SignedRequest): boolean {
  if (!signature || !URL.canParse(url)) return false
  const isSigned = (spelling: string, fields: Record<string, string | string[]>) =>
    twilio.validateRequest(authToken, signature, spelling, fields)
  if (!/^wss?:/.test(url)) return isSigned(url, params)
  return [url, url.replace(/^ws/, 'http')].some((spelling) => {
    const [bare = '', query] = spelling.split('?', 2)
    return isSigned(spelling, params) || (query !== undefined && isSigned(bare, fieldsOf(query)))
  })
}

const fieldsOf = (query: string) => Object.fromEntries(new URLSearchParams(query))
