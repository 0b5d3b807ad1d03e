/** Milliseconds of the machine's monotonic clock: stamps of all its processes compare, whatever is done to the wall clock. */
export function nowMs(): number {
  const [seconds, nanos] = process.hrtime()
  return seconds * 1e3 + nanos / 1e6
}
