import type { Metrics } from '../providers/metrics.ts'

export type RelayMetrics = ReturnType<typeof createRelayMetrics>

/** What an operator sees of the live side. */
export function createRelayMetrics(metrics: Metrics) {
  const { counter, gauge, histogram } = metrics
  return {
    sessions: gauge('ironvoice_relay_sessions', 'Calls that are held now.'),
    isAdmitting: gauge('ironvoice_relay_is_admitting', '1 while new calls are taken, 0 while they are refused.'),
    eventLoopBusy: gauge('ironvoice_relay_event_loop_busy_ratio', 'Smoothed share of its core that the event loop uses, 0 to 1.'),
    eventLoopLag: gauge('ironvoice_relay_event_loop_lag_seconds', 'Smoothed: 90 % of what fell due was late by at most as long.'),
    sessionsBegun: counter('ironvoice_relay_sessions_begun_total', 'Sessions by how they began.', ['how']),
    sessionsOver: counter('ironvoice_relay_sessions_over_total', 'Sessions by how they ended.', ['how']),
    faults: counter('ironvoice_relay_faults_total', 'Errors that nothing was prepared for, by where they were caught.', ['where']),
    refusals: counter('ironvoice_relay_refusals_total', 'Handshakes and set-ups refused, by failure code.', ['code']),
    socketsGivenUp: counter('ironvoice_relay_sockets_given_up_total', 'Sockets cut off, by why: silent (no pong) or unread (too much unsent).', ['why']),
    malformedFrames: counter('ironvoice_relay_frames_malformed_total', 'Frames that could not be read, by type.', ['type']),
    ignoredFrames: counter('ironvoice_relay_frames_ignored_total', 'Frames read and left alone, by reason.', ['reason']),
    twilioErrors: counter('ironvoice_relay_twilio_errors_total', 'Messages of ours that Twilio would not take.'),
    turns: counter('ironvoice_relay_turns_total', 'Turns by how they ended.', ['result']),
    firstToken: histogram(
      'ironvoice_relay_first_token_seconds',
      'Prompt received to first token sent.',
      [0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8],
    ),
    hedges: counter('ironvoice_relay_hedges_total', 'Second requests beside a model that was late, by whether they gave the reply.', ['result']),
    guesses: counter('ironvoice_relay_guesses_total', 'Answers asked for before the words were final, by what became of them.', ['result']),
    guessTokensWasted: counter('ironvoice_relay_guess_tokens_wasted_total', 'Tokens that came for guesses and were thrown away.'),
    interrupts: counter('ironvoice_relay_interrupts_total', 'Replies that the caller cut off.'),
    modelTokens: counter('ironvoice_relay_model_tokens_total', 'Tokens that the model counted, by kind.', ['kind']),
    journalLag: histogram(
      'ironvoice_relay_journal_lag_seconds',
      'Line finished to line in the database.',
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30, 120],
    ),
    journalQueued: gauge('ironvoice_relay_journal_queued_lines', 'Lines that wait for the database.'),
    journalLost: counter('ironvoice_relay_journal_lost_lines_total', 'Lines given up: refused, or too many.'),
    recordings: counter('ironvoice_relay_recordings_total', 'Recordings by what became of starting or stopping them.', ['result']),
    wrapUpHints: counter('ironvoice_relay_wrap_up_hints_total', 'Wrap-ups asked for, by result.', ['result']),
  }
}
