import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
  type CounterConfiguration,
  type GaugeConfiguration,
  type HistogramConfiguration,
} from '@prometheus-io/client'

export type Metrics = ReturnType<typeof createMetrics>

/**
 * The metrics of one process, in Prometheus' text format. Names begin with `ironvoice_` and end in their unit; labels
 * come from closed sets (a route, a code), never from what a person or a vendor sent.
 */
export function createMetrics(process: string) {
  const registry = new Registry()
  registry.setDefaultLabels({ process })
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    counter: <Label extends string = string>(name: string, help: string, labelNames: readonly Label[] = []) =>
      new Counter<Label>({ name, help, labelNames, registers } as CounterConfiguration<Label>),
    gauge: <Label extends string = string>(name: string, help: string, labelNames: readonly Label[] = []) =>
      new Gauge<Label>({ name, help, labelNames, registers } as GaugeConfiguration<Label>),
    /** `buckets` in the unit that the name ends in. */
    histogram: <Label extends string = string>(
      name: string,
      help: string,
      buckets: number[],
      labelNames: readonly Label[] = [],
    ) => new Histogram<Label>({ name, help, labelNames, buckets, registers } as HistogramConfiguration<Label>),
  }
}
