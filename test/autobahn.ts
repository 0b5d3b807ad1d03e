/**
 * `npm run autobahn [-- --only '6.*']`: the cases of the Autobahn test suite against the port of the relay, whose sockets
 * give back what they are sent, as the suite wants it. The runner is kosoku (`pip install kosoku`, Python 3.10 or newer;
 * the suite's own needs Python 2), found on PATH or at `KOSOKU`. Exit code 0 when every case holds, or is refused as
 * domain/call-bounds.ts means it to be.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createLogger } from '../providers/logger.ts'
import { createMetrics } from '../providers/metrics.ts'
import { systemClock } from '../relay/clock.ts'
import { createRelayMetrics } from '../relay/relay-metrics.ts'
import { createRelayServer } from '../relay/server.ts'
import { signRequest } from '../sandbox/twilio/signature.ts'

const { values } = parseArgs({ options: { only: { type: 'string', default: '*' } } })
const path = '/voice'
const publicUrl = 'wss://relay.ironvoice.test'
const twilioAuthToken = 'an-auth-token-of-autobahn'

/** The suite sends up to 16 MiB in a message; past maxFrameBytes, or in more pieces than a relay puts together, it is refused. */
const isTooLargeHere = (id: string) => /^9\.[12]\.[2-6]$|^9\.[3-6]\./.test(id)
const refusals = [1008, 1009]
/** permessage-deflate is not spoken here: an offer is declined, and the suite leaves the case. */
const isOfCompression = (id: string) => /^1[23]\./.test(id)

interface Verdict {
  behavior: string
  behaviorClose: string
  remoteCloseCode: number | null
}

const relay = createRelayServer({
  publicUrl,
  twilioAuthToken,
  sessions: { size: 0, isAwaitingOne: false } as Parameters<typeof createRelayServer>[0]['sessions'],
  operations: async () => false,
  admission: { refusal: () => null },
  clock: systemClock,
  metrics: createRelayMetrics(createMetrics('relay')),
  logger: createLogger({ process: 'relay', level: 'silent' }),
  accept(socket) {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
    socket.on('error', () => {})
  },
})
const port = await relay.listen(0, '127.0.0.1')

// The suite asks for `/` without a signature.
const signature = signRequest(twilioAuthToken, publicUrl + path, {})
const edge = createServer((outside) => {
  const inside = connect(port, '127.0.0.1')
  outside.once('data', (head) => {
    inside.write(head.toString('latin1').replace(/^GET \S+ (HTTP.*\r\n)/, `GET ${path} $1X-Twilio-Signature: ${signature}\r\n`), 'latin1')
    outside.pipe(inside).pipe(outside)
  })
  for (const [end, other] of [[outside, inside], [inside, outside]] as const) end.on('error', () => other.destroy()).on('close', () => other.destroy())
}).listen(0, '127.0.0.1')
await once(edge, 'listening')

const directory = await mkdtemp(join(tmpdir(), 'ironvoice-autobahn-'))
const address = `127.0.0.1:${(edge.address() as AddressInfo).port}`
const runner = spawn(process.env.KOSOKU ?? 'kosoku', ['--include', values.only, '--outdir', directory, '--parallelism', '4', address], { stdio: 'ignore' })
await once(runner, 'exit')
edge.close()
await relay.close()

const index = JSON.parse(await readFile(join(directory, 'index.json'), 'utf8')) as Record<string, Record<string, Verdict>>
const verdicts = Object.values(index).flatMap((cases) => Object.entries(cases))
const counts: Record<string, number> = {}
const failed = verdicts.filter(([id, { behavior, behaviorClose, remoteCloseCode }]) => {
  const kind = isTooLargeHere(id) ? `too large, refused with ${remoteCloseCode}` : behavior
  counts[kind] = (counts[kind] ?? 0) + 1
  if (isTooLargeHere(id)) return !refusals.includes(remoteCloseCode ?? 0)
  if (isOfCompression(id)) return behavior !== 'UNIMPLEMENTED'
  return [behavior, behaviorClose].some((word) => !['OK', 'NON-STRICT', 'INFORMATIONAL'].includes(word))
})
for (const [id, verdict] of failed) console.log(id, JSON.stringify(verdict))
console.log(`${verdicts.length} cases: ${JSON.stringify(counts)}; reports in ${directory}`)
process.exit(failed.length || verdicts.length === 0 ? 1 : 0)
