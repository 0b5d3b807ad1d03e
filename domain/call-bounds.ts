/** Bounds of one call. Times in milliseconds unless the name says otherwise. */
export const callBounds = {
  /** No first token by then: one short filler. */
  fillerAfterMs: 1_500,
  /** No first token by then: the model is asked once more on another connection, and the first to answer is heard. */
  hedgeAfterMs: 900,
  /** No first token, or none since the last one, by then: the stream counts as stalled. */
  stalledAfterMs: 4_000,
  /** Nothing heard and nothing said: ask again; after as long again: end politely. */
  silenceMs: 12_000,
  maxReprompts: 2,
  /** Turns in a row that neither answered nor did anything. */
  maxUnproductiveTurns: 4,
  maxCallMs: 60 * 60_000,
  /**
   * A call is looked into so long after its beginning, whether or not anybody reported its end: one that goes on is
   * waited for, at little cost, one whose end went unheard isn't missed for long.
   */
  lostCallAfterMs: 10 * 60_000,
  /** How long a relay token may wait for its `setup`. */
  relayTokenTtlMs: 5 * 60_000,
  /** Fresh sessions after a failed one, per call. */
  maxRestores: 2,
  maxPromptChars: 2_000,
  maxReplyChars: 1_200,
  maxFrameBytes: 64 * 1024,
  maxWebhookBytes: 64 * 1024,
  /** A finished turn is in the database by then. */
  journalWithinMs: 100,
  maxRecordingBytes: 512 * 1024 * 1024,
} as const
