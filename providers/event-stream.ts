import { Failure } from '../domain/failure.ts'

const lineFeed = 0x0a
const carriageReturn = 0x0d
const colon = 0x3a
const space = 0x20
const byteOrderMark = '\uFEFF'

export interface EventStreamOptions {
  /** The longest event, and the longest line, in bytes. */
  maxEventBytes: number
  /** Called with the data of each event, at once when the bytes that end it are read. */
  onData(payload: string): void
}

/**
 * Reads server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream) from
 * bytes that may be cut anywhere. Only their data is told; an event that the stream breaks off is none.
 * `read` throws Failure `vendor-answer-malformed` for what is out of bounds, and is not to be called again after that.
 */
export function createEventStream({ maxEventBytes, onData }: EventStreamOptions) {
  /** The beginning of a line whose end has not come yet. */
  let pieces: Buffer[] = []
  let pieceBytes = 0
  let data: string | null = null
  let dataBytes = 0
  let isFirstLine = true
  let isAfterReturn = false

  function endLine(bytes: Buffer, start: number, end: number): void {
    if (pieces.length > 0) {
      const line = Buffer.concat([...pieces, bytes.subarray(start, end)])
      pieces = []
      pieceBytes = 0
      return endLine(line, 0, line.length)
    }
    const at = isFirstLine && bytes.toString('utf8', start, start + 3) === byteOrderMark ? start + 3 : start
    isFirstLine = false
    if (at === end) {
      const payload = data
      data = null
      dataBytes = 0
      if (payload !== null) onData(payload)
    } else if (isData(bytes, at, end)) {
      dataBytes += end - at
      check(dataBytes)
      const value = bytes.toString('utf8', at + (bytes[at + 5] === space ? 6 : 5), end)
      data = data === null ? value : `${data}\n${value}`
    }
  }

  function check(size: number): void {
    if (size > maxEventBytes) throw new Failure('vendor-answer-malformed', `an event is larger than ${maxEventBytes} bytes`)
  }

  function read(bytes: Buffer): void {
    if (bytes.length === 0) return
    // CR LF is one end of a line, and the line was over when the CR came.
    let start = isAfterReturn && bytes[0] === lineFeed ? 1 : 0
    let feed = bytes.indexOf(lineFeed, start)
    let back = bytes.indexOf(carriageReturn, start)
    while (feed >= 0 || back >= 0) {
      const isReturn = feed < 0 || (back >= 0 && back < feed)
      const end = isReturn ? back : feed
      const next = isReturn && feed === back + 1 ? end + 2 : end + 1
      endLine(bytes, start, end)
      start = next
      if (isReturn) back = bytes.indexOf(carriageReturn, start)
      if (feed >= 0 && feed < start) feed = bytes.indexOf(lineFeed, start)
    }
    isAfterReturn = bytes.at(-1) === carriageReturn
    if (start >= bytes.length) return
    pieces.push(bytes.subarray(start))
    pieceBytes += bytes.length - start
    check(pieceBytes)
  }

  return { read }
}

/** `data: …`, `data:…` or `data` alone, which is an empty line of data. */
function isData(bytes: Buffer, at: number, end: number): boolean {
  const isNamed = bytes[at] === 0x64 && bytes[at + 1] === 0x61 && bytes[at + 2] === 0x74 && bytes[at + 3] === 0x61
  return isNamed && (end === at + 4 || (end > at + 4 && bytes[at + 4] === colon))
}
