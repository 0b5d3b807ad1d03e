/** A process to be killed: journals one line after the other for every call it is told of, as fast as it can. */
import { setTimeout as pause } from 'node:timers/promises'
import { createDatabase } from '../../db/database.ts'
import { createLogger } from '../../providers/logger.ts'
import { createMetrics } from '../../providers/metrics.ts'
import { systemClock as clock } from '../../relay/clock.ts'
import { createJournal } from '../../relay/journal.ts'
import { createRelayMetrics } from '../../relay/relay-metrics.ts'

const [url = '', refs = '[]'] = process.argv.slice(2)
const database = await createDatabase({ url })
const journal = createJournal({ database, logger: createLogger({ process: 'relay', level: 'warn' }), metrics: createRelayMetrics(createMetrics('relay')), clock })
for (let seq = 1; ; seq += 1) {
  for (const ref of JSON.parse(refs)) {
    journal.write(ref, [{ key: `w-${seq}`, seq, atMs: seq, role: 'caller', text: `${seq}`, event: null, isInterrupted: false, firstTokenMs: null, passages: [] }])
  }
  // More than one write takes, so that it matters which go first.
  if (seq % 200 === 0) await pause(1)
}
