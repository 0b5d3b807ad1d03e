/** Bounds of one relay process and its sockets, beside domain/call-bounds.ts. Times in milliseconds. */
export const relayBounds = {
  /** From the upgrade to a `setup` that holds. */
  setupMs: 10_000,
  /** A database that is away is asked again after so long. */
  setupRetryMs: 250,
  maxSocketsBeforeSetup: 500,
  /** At 120 KiB each, 300 MiB. */
  maxSessions: 2_500,
  /** The event loop's load is looked at as often; each look counts for `loadWeight` of the smoothed value, the ones before for the rest. */
  loadEveryMs: 1_000,
  loadWeight: 0.5,
  /** From `refuse` on new calls are refused, until the smoothed value is below `admit`: the loop's busy share, 0 to 1, and how late it is. */
  loadBusy: { refuse: 0.75, admit: 0.6 },
  loadLagMs: { refuse: 200, admit: 50 },
  /** Twilio's own answer to us after as many (error 64105), given back. */
  maxMalformedInARow: 10,
  /** Frames that may come while a `setup` is being looked into; Twilio replays up to 500 after a reconnect. */
  maxFramesBeforeSession: 1_000,
  /** A session without a socket is kept this long for Twilio to reconnect. */
  graceMs: 30_000,
  /** A socket that neither sends nor answers a ping for as long is dead. */
  pingEveryMs: 15_000,
  /** Unsent bytes for one socket; past it nobody reads. */
  maxUnsentBytes: 1024 * 1024,
  /** We sent a close frame: the other side answers by then, or is cut off. */
  closeFrameMs: 5_000,
  /** Our `end` was sent: Twilio closes by then, or we do. */
  closeAfterEndMs: 5_000,
  /** After a reconnect, what was received before may come again, with no pause as long as this. */
  replayPauseMs: 1_000,
  maxReplayable: 500,
  /** A caller who is back waits no longer for what another process may have written meanwhile. */
  lookUpMs: 1_000,
  /** After a reconnect Twilio has told by then what it played meanwhile. */
  takeUpAfterMs: 300,
  /** The same words again within this are one utterance reported twice. */
  duplicatePromptMs: 1_000,
  /** Answers asked for in one turn before its words are final. */
  maxGuesses: 2,
  /** Words that still grow are guessed at once they have stood for as long; recognisers tell of them each 250 ms. */
  partialSettledMs: 300,
  /** The final words come by then, or the guess is given up. Flux ends every turn within five seconds. */
  maxGuessMs: 6_000,
  keypadGapMs: 2_000,
  maxKeypadDigits: 20,
  /** How long a voice takes for one character: about 150 words a minute. Used only where no speaker event tells. */
  msPerSpokenChar: 65,
  /** How long past the estimate a voice is believed to go on until its speaker event says that it has stopped. */
  playbackSlackMs: 10_000,
  /** How long a caller is believed to speak on without an event that says otherwise. */
  maxCallerSpeechMs: 30_000,
  /** A voice that goes off and on again within this was only between two texts. */
  voiceGapMs: 500,
  /** The caller spoke over our goodbye and then said nothing. */
  interruptedGoodbyeMs: 3_000,
  /** The caller is told this long before callBounds.maxCallMs. */
  endingSoonMs: 2 * 60_000,
  /** The model's vendor says nothing for as long; the receptionist has lost patience long before. */
  modelSilenceMs: 10_000,
  /** Live calls may go on this long after SIGTERM. */
  drainMs: 15 * 60_000,
  /** What the journal still holds at the end is tried to be written for so long. */
  lastWritesMs: 10_000,
} as const
