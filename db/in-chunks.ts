/** Cuts a stream into pieces of `chunkBytes`, the last one shorter or as long; knows the last when it gives it out. */
export async function* inChunks(
  body: AsyncIterable<Uint8Array>,
  chunkBytes: number,
): AsyncGenerator<{ data: Uint8Array; isLast: boolean }> {
  let held: Uint8Array[] = []
  let heldBytes = 0
  for await (const piece of body) {
    held.push(piece)
    heldBytes += piece.length
    if (heldBytes <= chunkBytes) continue
    let rest = Buffer.concat(held)
    for (; rest.length > chunkBytes; rest = rest.subarray(chunkBytes)) {
      yield { data: rest.subarray(0, chunkBytes), isLast: false }
    }
    held = [rest]
    heldBytes = rest.length
  }
  if (heldBytes > 0) yield { data: Buffer.concat(held), isLast: true }
}
