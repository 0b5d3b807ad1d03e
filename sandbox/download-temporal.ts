import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { TemporalSource } from './temporal-source.ts'

const answersWithinMs = 10_000
const downloadsWithinMs = 10 * 60_000
const megabyte = 1024 * 1024

/**
 * The official download: the address, the question and the archive are those of `TestWorkflowEnvironment.createLocal` of
 * @temporalio/testing (sdk-core, ephemeral_server), but bounded, with progress, and with nothing left half-done.
 */
export const downloadTemporal: TemporalSource = ({ directory, say }) => download('https://temporal.download', directory, say)

/** @throws Error when the origin does not answer in time, or what it sends is no whole archive. */
export async function download(origin: string, directory: string, say: (line: string) => void): Promise<void> {
  say('looking for the official download of Temporal')
  const { archiveUrl, fileToExtract } = await findArchive(origin)
  const response = await fetchOrSay(archiveUrl, AbortSignal.timeout(downloadsWithinMs))
  const totalBytes = Number(response.headers.get('content-length'))
  const tar = spawn('tar', ['-xzf', '-', '-C', directory, fileToExtract], { stdio: ['pipe', 'ignore', 'pipe'] })
  const ended = once(tar, 'close')
  let words = ''
  tar.stderr.on('data', (text) => (words = `${words}${text}`.slice(-500)))
  const body = Readable.fromWeb(response.body!)
  await pipeline(body, reportProgress(totalBytes, say), tar.stdin).catch((error: Error) => {
    tar.kill()
    throw new Error(`the download broke off: ${error.message}`)
  })
  const [code] = await ended
  if (code !== 0) throw new Error(`the archive is damaged: ${words.trim()}`)
}

async function findArchive(origin: string): Promise<{ archiveUrl: string; fileToExtract: string }> {
  const { version } = createRequire(import.meta.url)('@temporalio/testing/package.json') as { version: string }
  const query = new URLSearchParams({
    arch: arch() === 'x64' ? 'amd64' : arch(),
    platform: platform() === 'win32' ? 'windows' : platform(),
    format: 'tar.gz',
    'sdk-name': 'sdk-typescript',
    'sdk-version': version,
  })
  const response = await fetchOrSay(`${origin}/cli/default?${query}`, AbortSignal.timeout(answersWithinMs))
  return (await response.json()) as { archiveUrl: string; fileToExtract: string }
}

async function fetchOrSay(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal }).catch((error: Error) => {
    const { code, message } = (error.cause ?? error) as Error & { code?: string }
    throw new Error(`${new URL(url).host} is not to be reached (${code ?? message})`)
  })
  if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status}`)
  return response
}

function reportProgress(totalBytes: number, say: (line: string) => void) {
  return async function* (chunks: AsyncIterable<Uint8Array>) {
    let bytes = 0
    let saidAtMs = 0
    for await (const chunk of chunks) {
      bytes += chunk.length
      if (Date.now() - saidAtMs > 3_000) {
        saidAtMs = Date.now()
        const total = totalBytes ? ` of ${Math.round(totalBytes / megabyte)}` : ''
        say(`downloading Temporal: ${Math.round(bytes / megabyte)}${total} MB`)
      }
      yield chunk
    }
  }
}
