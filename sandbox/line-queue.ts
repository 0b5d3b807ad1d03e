/** Lines that come when they come, taken one by one. */
export function createLineQueue() {
  const lines: string[] = []
  let isClosed = false
  let wake = () => {}
  let arrival = Promise.resolve()
  const awaitArrival = () => (arrival = new Promise((resolve) => (wake = resolve)))
  awaitArrival()
  const arrived = () => {
    const wakeUp = wake
    awaitArrival()
    wakeUp()
  }
  return {
    push(line: string) {
      lines.push(line)
      arrived()
    },
    close() {
      isClosed = true
      arrived()
    },
    /** What has come and was not taken. */
    rest: () => lines,
    /** The next line without taking it; undefined once there will be none. */
    async peek(): Promise<string | undefined> {
      while (lines.length === 0 && !isClosed) await arrival
      return lines[0]
    },
    async take(): Promise<string | undefined> {
      while (lines.length === 0 && !isClosed) await arrival
      return lines.shift()
    },
  }
}
