/** Something that takes a while to make, made once: in steps by `build`, with `pause` between them, or at once by whoever needs its value first. */
export function inSteps<Value>(steps: () => Generator<void, Value>) {
  let made: { value: Value } | null = null
  return {
    get value(): Value {
      if (made) return made.value
      const making = steps()
      for (;;) {
        const step = making.next()
        if (step.done) return (made = { value: step.value }).value
      }
    },
    async build(pause: () => Promise<void>): Promise<void> {
      const making = steps()
      while (!made) {
        const step = making.next()
        if (step.done) made ??= { value: step.value }
        else await pause()
      }
    },
  }
}
