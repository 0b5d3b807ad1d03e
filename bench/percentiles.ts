export interface Percentiles {
  p50: number
  p95: number
  p99: number
}

/** The smallest value that so large a share of all is at most as large as (nearest rank); NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

export const percentiles = (values: readonly number[]): Percentiles => ({
  p50: percentile(values, 0.5),
  p95: percentile(values, 0.95),
  p99: percentile(values, 0.99),
})

export const median = (values: readonly number[]): number => percentile(values, 0.5)
