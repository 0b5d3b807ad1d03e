import twilio from 'twilio'
import { signRequest } from './signature.ts'

const authToken = '0123456789abcdef0123456789abcdef'

describe('signRequest', () => {
  it("P-twilio-signature: the phone's requests pass Twilio's own check, whatever their URL and fields", () => {
    const requests: [string, Record<string, string>][] = [
      ['https://voice.example.com/twilio/voice', { To: '+15551230000', CallSid: 'CA1', Body: "it's ünïcode & more" }],
      ['http://127.0.0.1:3000/twilio/voice/fallback?dial=%2B15551230000', { a: '', Z: '1' }],
      ['wss://voice.example.com/voice', {}],
    ]
    for (const [url, params] of requests) {
      expect(twilio.validateRequest(authToken, signRequest(authToken, url, params), url, params)).toBe(true)
      expect(twilio.validateRequest(authToken, signRequest('another token', url, params), url, params)).toBe(false)
    }
  })
})
