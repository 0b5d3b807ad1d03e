import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '@temporalio/client'
import proto from '@temporalio/proto'
import { Worker, type WorkflowBundle } from '@temporalio/worker'
import type { NamedKey } from '../../domain/environment.ts'
import { createDataConverter } from '../../workers/data-converter.ts'

// The package is CommonJS that hides its names from Node.
const { History } = proto.temporal.api.history.v1
const directory = join(import.meta.dirname, '..', 'histories')

/**
 * With `RECORD_HISTORIES=1`, keeps the history of a run as `test/histories/NAME.json`. One that is there already is
 * never replaced: what it was recorded from may still be running somewhere.
 */
export async function recordHistory(client: Client, name: string, workflowId: string): Promise<void> {
  const file = join(directory, `${name}.json`)
  if (!process.env.RECORD_HISTORIES || existsSync(file)) return
  const history = await client.workflow.getHandle(workflowId).fetchHistory()
  const { events } = History.toObject(History.fromObject(history), { longs: String, enums: String, bytes: String })
  const lines = (events as object[]).map((event) =>
    JSON.stringify(event, (key, value) => (key === 'identity' ? 'recorder' : value)),
  )
  writeFileSync(file, `{"events":[\n${lines.join(',\n')}\n]}\n`)
}

/** Every recorded history, by name, with the id of the workflow that it is of. */
export function recordedHistories() {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const history = History.fromObject(JSON.parse(readFileSync(join(directory, file), 'utf8')))
      const workflowId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId || file
      return { name: file.replace('.json', ''), workflowId, history }
    })
}

/** @throws DeterminismViolationError when the code of the bundle would have done something else. */
export function replay(workflowBundle: WorkflowBundle, dataKeys: NamedKey[], { workflowId, history }: { workflowId: string; history: unknown }) {
  const options = { workflowBundle, dataConverter: createDataConverter(dataKeys), replayName: workflowId }
  return Worker.runReplayHistory(options, history, workflowId)
}

interface WirePayload {
  metadata: Record<string, Uint8Array>
  data: Uint8Array
}

const isPayload = (value: object): value is WirePayload =>
  'metadata' in value && value.metadata !== null && typeof value.metadata === 'object' && 'encoding' in value.metadata

/** All that a history holds: its payloads, and as one text every word in it, payloads as `decode` makes them. */
export async function contentsOf(history: object, decode: (payload: WirePayload) => Promise<object>) {
  const payloads: WirePayload[] = []
  const words: string[] = []
  const collect = async (value: unknown): Promise<void> => {
    if (typeof value === 'string') words.push(value)
    else if (value instanceof Uint8Array) words.push(Buffer.from(value).toString('utf8'))
    else if (value !== null && typeof value === 'object') {
      for (const part of Object.values(value)) {
        if (part !== null && typeof part === 'object' && isPayload(part)) {
          payloads.push(part)
          await collect(await decode(part))
        } else await collect(part)
      }
    }
  }
  await collect(history)
  return { payloads, words: words.join('\n') }
}
