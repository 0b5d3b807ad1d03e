/** What is said without asking a model. */
export interface Phrases {
  filler: string
  /** Nothing was heard for a while. */
  reprompt: string
  goodbye: string
  /** The call ends because nothing was heard, nothing could be done, or it lasted too long. */
  goodbyeSilence: string
  goodbyeUnproductive: string
  goodbyeTooLong: string
  /** Said about two minutes before a call's longest possible end. */
  endingSoon: string
  /** First words of a session after a transfer that nobody answered, or after a connection that was lost. */
  openingTakeMessage: string
  openingRestored: string
  transferring: string
  noTransfer: string
  unknown: string
  languageChanged: string
  /** The model is out: the caller's next words will be the message. */
  trouble: string
  /** The model is out again: a person is rung instead. */
  troubleTransferring: string
  askMessage: string
  askMessageAgain: string
  readBackIntro: string
  readBackUrgentIntro: string
  messageFrom(callerName: string): string
  callBackAt(number: string): string
  callBackAtSameNumber: string
  isThatRight: string
  messageKept: string
  messageRetrying: string
  messageFailed: string
  messageDropped: string
  recordingStopped: string
  recordingNotStopped: string
  notRecording: string
  optedOut: string
  notOptedOut: string
  /** `number`: digit by digit, ready to be spoken; null when the country is unknown. */
  emergency(number: string | null): string
  emergencyTransferOffer: string
}
