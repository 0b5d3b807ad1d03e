/** Does `run` for each, at most so many at a time. */
export async function inFlight<Item>(items: readonly Item[], run: (item: Item) => Promise<unknown>, atOnce = 50): Promise<void> {
  const left = items.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of left) await run(item)
    }),
  )
}
