/** A failure as Twilio numbers them: https://www.twilio.com/docs/api/errors */
export class TwilioError extends Error {
  override readonly name = 'TwilioError'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}
