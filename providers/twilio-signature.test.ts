import { createHmac } from 'node:crypto'
import { isSignedByTwilio } from './twilio-signature.ts'

const authToken = '0123456789abcdef0123456789abcdef'
const sign = (url: string, fields: Record<string, string> = {}, token = authToken) => {
  const data = url + Object.keys(fields).sort().map((name) => name + fields[name]).join('')
  return createHmac('sha1', token).update(data).digest('base64')
}

describe('isSignedByTwilio', () => {
  const url = 'https://voice.example/twilio/voice?dial=%2B14155550100'
  const params = { To: '+14155550100', CallSid: 'CA1', From: '+14155550199' }

  it('P-twilio-signature: accepts what Twilio signed, and nothing that differs in URL, field, value, token or signature', () => {
    const isSigned = (changes: object) =>
      isSignedByTwilio({ authToken, signature: sign(url, params), url, params, ...changes })
    expect(isSigned({})).toBe(true)
    expect(isSigned({ url: `${url}1` })).toBe(false)
    expect(isSigned({ url: url.replace('/voice?', '/voice/status?') })).toBe(false)
    expect(isSigned({ url: url.replace('voice.example', 'evil.example') })).toBe(false)
    expect(isSigned({ params: { ...params, From: '+14155550198' } })).toBe(false)
    expect(isSigned({ params: { ...params, Extra: '' } })).toBe(false)
    expect(isSigned({ authToken: `${authToken.slice(1)}0` })).toBe(false)
    expect(isSigned({ signature: undefined })).toBe(false)
    expect(isSigned({ signature: '' })).toBe(false)
    expect(isSigned({ signature: sign(url, params).slice(0, -1) })).toBe(false)
    expect(isSigned({ url: 'no url at all' })).toBe(false)
  })

  it('P-twilio-signature: a handshake may be signed over its wss or https spelling, its query as URL or as fields', () => {
    const socket = 'wss://relay.example/voice?a=1'
    const accepted = [
      sign(socket),
      sign('https://relay.example/voice?a=1'),
      sign('wss://relay.example/voice', { a: '1' }),
      sign('https://relay.example/voice', { a: '1' }),
    ]
    for (const signature of accepted) expect(isSignedByTwilio({ authToken, signature, url: socket })).toBe(true)
    const refused = [sign('wss://relay.example/voice'), sign('wss://relay.example/chat?a=1'), sign('wss://relay.example/voice?a=2')]
    for (const signature of refused) expect(isSignedByTwilio({ authToken, signature, url: socket })).toBe(false)
  })
})
