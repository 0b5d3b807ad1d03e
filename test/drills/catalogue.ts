import { deployed } from './deployed.ts'
import { databaseHarmed } from './database-harmed.ts'
import { databaseStarved } from './database-starved.ts'
import { diskFull } from './disk-full.ts'
import type { Drill } from './drill.ts'
import { idleSockets } from './idle-sockets.ts'
import { relayKilled } from './relay-killed.ts'
import { temporalAway } from './temporal-away.ts'
import { vendorsFailing } from './vendors-failing.ts'
import { webhooksRepeated } from './webhooks-repeated.ts'
import { workerKilled } from './worker-killed.ts'
import { workflowPoisoned } from './workflow-poisoned.ts'

/** By their numbers in FAULTS, and by name. */
export const drills: Record<string, Drill> = {
  F1: workerKilled,
  F2: relayKilled,
  F3: temporalAway,
  F4: databaseHarmed,
  F5: vendorsFailing,
  F6: webhooksRepeated,
  F9: diskFull,
  F10: deployed,
  F12: databaseStarved,
  F15: workflowPoisoned,
  idle: idleSockets,
}
