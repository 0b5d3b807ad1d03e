/**
 * fast-check's parameters for `runs` of a property: what a plain `npm test` has time for, the same ones each time.
 * `FUZZ_RUNS=50` makes it fifty times as many; `FUZZ_SEED` begins elsewhere, or where a failure was found (fast-check
 * prints its seed, and the shrunk example).
 */
export function propertyRuns(runs: number): { numRuns: number; seed: number } {
  const { FUZZ_RUNS = '1', FUZZ_SEED = '1' } = process.env
  return { numRuns: runs * Number(FUZZ_RUNS), seed: Number(FUZZ_SEED) }
}

/** Jest's time for such a property, which grows with it. */
export const propertyTimeoutMs = 60_000 * Number(process.env.FUZZ_RUNS ?? 1)
