/** Runs `run`; what it throws is told to `onFault`, and goes no further. */
export function contain(run: () => void, onFault: (error: unknown) => void): void {
  try {
    run()
  } catch (error) {
    onFault(error)
  }
}
