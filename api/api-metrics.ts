import type { Metrics } from '../providers/metrics.ts'

export type ApiMetrics = ReturnType<typeof createApiMetrics>

export function createApiMetrics(metrics: Metrics) {
  return {
    webhooks: metrics.counter('ironvoice_webhooks_total', 'Webhooks answered, by route and status', ['route', 'status']),
    refusals: metrics.counter('ironvoice_refusals_total', 'Requests refused, by the code of the refusal', ['code']),
    reportsWaiting: metrics.gauge('ironvoice_call_reports_waiting', "Ends of calls, as Twilio told them, that wait for the database"),
    wrapUpStarts: metrics.counter('ironvoice_wrap_up_starts_total', 'Wrap-ups asked for, by what came of it', ['result']),
  }
}
