import type { MetricsBuffer } from '@temporalio/worker'
import type { Metrics } from '../providers/metrics.ts'

const drainEveryMs = 1_000

/** Of the many that Temporal's SDK counts, those that say whether work gets done; with the attributes that name it. */
const counted = {
  temporal_workflow_completed: { label: 'workflow_type', help: 'Workflows that completed' },
  temporal_workflow_failed: { label: 'workflow_type', help: 'Workflows that failed for good' },
  temporal_workflow_task_execution_failed: {
    label: 'workflow_type',
    help: 'Workflow tasks that failed: a bug in a workflow, which waits until it is mended',
  },
  temporal_activity_execution_failed: {
    label: 'activity_type',
    help: 'Attempts of activities that failed, retried or not',
  },
} as const

/** Adds Temporal's own counters to the process's metrics. Returns what stops it. */
export function exportTemporalMetrics(buffer: MetricsBuffer, metrics: Metrics): () => void {
  const counters = new Map(
    Object.entries(counted).map(([name, { label, help }]) => [
      name,
      { label, counter: metrics.counter(`ironvoice_${name}_total`, help, [label]) },
    ]),
  )
  const drain = () => {
    for (const { metric, value, attributes } of buffer.retrieveUpdates()) {
      const known = counters.get(metric.name)
      known?.counter.inc({ [known.label]: String(attributes[known.label] ?? 'unknown') }, value)
    }
  }
  const timer = setInterval(drain, drainEveryMs)
  timer.unref()
  return () => clearInterval(timer)
}
