/** Runs what it is given one after the other, in that order, whatever becomes of each. */
export function createOneByOne() {
  let last: Promise<unknown> = Promise.resolve()
  return <Result>(run: () => Promise<Result>): Promise<Result> => {
    const result = last.then(run)
    last = result.catch(() => {})
    return result
  }
}
