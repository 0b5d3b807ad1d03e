import { createHmac } from 'node:crypto'

/**
 * `X-Twilio-Signature`: base64 of HMAC-SHA1, keyed by the auth token, over the URL and each form field's name and value, sorted by name.
 * Source: https://www.twilio.com/docs/usage/security#validating-requests
 */
export function signRequest(authToken: string, url: string, params: Record<string, string>): string {
  const signed = Object.keys(params).toSorted().reduce((text, name) => text + name + params[name], url)
  return createHmac('sha1', authToken).update(signed).digest('base64')
}
