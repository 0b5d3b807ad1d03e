/** Attempts a stream; one is enough for a vendor that writes its chunks alike. */
const maxAttempts = 3
const paddingKey = '"obfuscation":"'

/**
 * Most chunks of a stream are the same but for their text, and for the padding that OpenAI adds against eavesdroppers. A
 * stencil is such a chunk with the two cut out; what fits it has its text read out of the hole, which costs a sixth of
 * `JSON.parse` and makes no garbage. `plainTextOf` reads a chunk in full: its text, or null when it holds anything else.
 *
 * It is right because a stencil is only taken when other words in its hole are read as the chunk's text, because padding
 * is the last value of the outermost object, which nobody reads, and because only what JSON writes as it is – no quote,
 * backslash or control character – fits a hole: that changes nothing of how the rest is read.
 */
export function createTextStencil(plainTextOf: (payload: string) => string | null) {
  let attempts = 0
  let head = ''
  let middle = ''
  let hasPadding = false

  return {
    /** Takes the stencil of a chunk with this text, if it holds nothing else of use. */
    learn(payload: string, text: string): void {
      if (attempts >= maxAttempts) return
      attempts += 1
      const literal = JSON.stringify(text)
      const at = payload.indexOf(literal, payload.indexOf('"content"'))
      if (at < 0) return
      const before = payload.slice(0, at + 1)
      const after = payload.slice(at + literal.length - 1)
      const paddingAt = after.endsWith('"}') ? after.lastIndexOf(paddingKey) + paddingKey.length : 0
      const isPadded = paddingAt >= paddingKey.length
      const between = isPadded ? after.slice(0, paddingAt) : after
      if (plainTextOf(`${before}${text}?${between}${isPadded ? '"}' : ''}`) !== `${text}?`) return
      head = before
      middle = between
      hasPadding = isPadded
    },
    /** The text of a chunk that fits; null for any other. */
    read(payload: string): string | null {
      if (head === '' || payload.slice(0, head.length) !== head) return null
      const end = payload.indexOf('"', head.length)
      const rest = end + middle.length
      if (payload.slice(end, rest) !== middle) return null
      if (hasPadding ? !payload.endsWith('"}') || !isVerbatim(payload, rest, payload.length - 2) : rest !== payload.length) return null
      return isVerbatim(payload, head.length, end) ? payload.slice(head.length, end) : null
    },
  }
}

/** True when a JSON string of these characters says just them. */
function isVerbatim(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0x22 || code === 0x5c || code < 0x20) return false
  }
  return start <= end
}
