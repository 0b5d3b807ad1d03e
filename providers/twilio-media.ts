import { Failure } from '../domain/failure.ts'

export interface MediaRequest {
  url: URL
  authorization: string
  /** Longest wait for the head, and for each next piece of the body. */
  timeoutMs: number
  maxBytes: number
}

export interface Media {
  status: number
  headers: Headers
  contentType: string
  /** Bytes; null where the vendor doesn't say, or says it of a compressed form. */
  contentLength: number | null
  body: AsyncIterable<Uint8Array>
}

/**
 * Opens a file for reading as it comes: Twilio's SDK has no way to download one. `body` must be read or returned from,
 * which closes the connection; it fails with `vendor-unavailable` when it breaks off or stalls, and with
 * `recording-corrupt` past `maxBytes`.
 * @throws Failure `vendor-unavailable` when nobody answers in time.
 */
export async function openMedia({ url, authorization, timeoutMs, maxBytes }: MediaRequest): Promise<Media> {
  const connection = new AbortController()
  const response = await within(timeoutMs, connection, fetch(url, { headers: { authorization }, signal: connection.signal }))
  const { headers } = response
  const length = headers.get('content-encoding') ? null : headers.get('content-length')
  if (!response.ok) await response.body?.cancel()
  return {
    status: response.status,
    headers,
    contentType: headers.get('content-type') ?? 'application/octet-stream',
    contentLength: length === null ? null : Number(length),
    body: read(),
  }

  async function* read() {
    const reader = response.body?.getReader()
    if (!reader) return
    try {
      for (let bytes = 0; ; ) {
        const { done, value } = await within(timeoutMs, connection, reader.read())
        if (done) return
        bytes += value.length
        if (bytes > maxBytes) throw new Failure('recording-corrupt', 'The file is larger than any recording may be')
        yield value
      }
    } finally {
      connection.abort()
    }
  }
}

async function within<T>(timeoutMs: number, connection: AbortController, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => connection.abort(), timeoutMs)
  try {
    return await work
  } catch {
    throw new Failure('vendor-unavailable', 'Twilio did not answer, or broke off')
  } finally {
    clearTimeout(timer)
  }
}
