import type { House } from './house.ts'

export const processes = ['api', 'relay', 'worker'] as const

/** What each process tells at `/metrics`: the first group of `pattern`, or the whole of it; undefined where it is not told. */
export async function readMetric({ facts }: House, pattern: RegExp): Promise<Record<(typeof processes)[number], string | undefined>> {
  const urls = { api: facts.apiUrl, relay: facts.relayUrl.replace(/^ws/, 'http'), worker: facts.workerUrl }
  const read = async (url: string) => {
    const found = pattern.exec(await (await fetch(`${url}/metrics`)).text())
    return found?.[1] ?? found?.[0]
  }
  const [api, relay, worker] = await Promise.all(processes.map((name) => read(urls[name])))
  return { api, relay, worker }
}
