import type { FirstCallFigures, IdleFigures, InterruptFigures, Load, LoadFigures, SaturationFigures } from './scenarios.ts'
import { decimal, percent, table, times } from './table.ts'

interface Both<Figures> {
  relay: Figures
  pipe: Figures
}
export interface Figures {
  loads: (Both<LoadFigures> & { load: Load })[]
  saturation: Both<SaturationFigures> | null
  idle: Both<IdleFigures> | null
  interrupts: InterruptFigures | null
  firstCalls: Both<FirstCallFigures> | null
}

/** All that was measured, as Markdown. */
export function report({ loads, saturation, idle, interrupts, firstCalls }: Figures): string {
  const parts: string[] = []
  if (loads.length > 0) parts.push('Added time to first token, milliseconds', latencyTable(loads), costTable(loads))
  const rest: string[][] = []
  if (saturation) {
    const { relay, pipe } = saturation
    rest.push(
      ['CPU a turn at saturation, ms', decimal(relay.cpuMsPerTurn), decimal(pipe.cpuMsPerTurn), times(relay.cpuMsPerTurn, pipe.cpuMsPerTurn)],
      ['turns a second then', decimal(relay.turnsPerSecond, 0), decimal(pipe.turnsPerSecond, 0), times(relay.turnsPerSecond, pipe.turnsPerSecond)],
      ['its core / the load’s busy then', `${percent(relay.busy)} / ${percent(relay.othersBusy)}`, `${percent(pipe.busy)} / ${percent(pipe.othersBusy)}`, ''],
    )
  }
  if (idle) {
    const { relay, pipe } = idle
    rest.push(
      [`KiB of heap an idle call (${relay.calls} of them)`, decimal(relay.heapKib, 1), decimal(pipe.heapKib, 1), ''],
      ['KiB outside the heap', decimal(relay.externalKib, 1), decimal(pipe.externalKib, 1), ''],
      ['KiB of RSS an idle call', decimal(relay.rssKib, 1), decimal(pipe.rssKib, 1), ''],
      ['CPU of one set-up with its first turn, ms', decimal(relay.cpuMsPerCall), decimal(pipe.cpuMsPerCall), ''],
    )
  }
  if (firstCalls) {
    const { relay, pipe } = firstCalls
    rest.push(
      ['first call of a fresh process, ms added', decimal(relay.firstMs), decimal(pipe.firstMs), times(relay.firstMs, pipe.firstMs)],
      ['its hundredth', decimal(relay.hundredthMs), decimal(pipe.hundredthMs), times(relay.hundredthMs, pipe.hundredthMs)],
    )
  }
  if (interrupts) {
    const { interruptions, framesAfter, aborted, abortMs } = interrupts
    rest.push(
      [`text frames after an interrupt was read (${interruptions} interrupts)`, String(framesAfter), '', ''],
      ['model requests aborted at the wire', percent(aborted), '', ''],
      ['interrupt sent to request ended at the model, p50 / p99 ms', `${decimal(abortMs.p50)} / ${decimal(abortMs.p99)}`, '', ''],
    )
  }
  if (rest.length > 0) parts.push('The rest', table(['', 'relay', 'pipe', 'ratio'], rest))
  return parts.join('\n\n')
}

const nameOf = ({ calls, everyMs }: Load) => `${calls} × ${everyMs / 1_000} s`

function latencyTable(loads: Figures['loads']): string {
  return table(
    ['calls × a turn each', 'relay p50', 'p95', 'p99', 'pipe p50', 'p95', 'p99', 'p50 ratio', 'p99 ratio', 'turns', 'unanswered'],
    loads.map(({ load, relay, pipe }) => [
      nameOf(load),
      ...[relay, pipe].flatMap(({ p50, p95, p99 }) => [decimal(p50), decimal(p95), decimal(p99)]),
      times(relay.p50, pipe.p50),
      times(relay.p99, pipe.p99),
      String(relay.turns),
      String(relay.unanswered + pipe.unanswered),
    ]),
  )
}

function costTable(loads: Figures['loads']): string {
  return table(
    ['', 'relay: prompt → model', 'token → frame', 'pipe: prompt → model', 'token → frame', 'relay CPU ms a turn', 'pipe', 'ratio', 'relay’s core busy', 'by others, relay / pipe', 'request bytes'],
    loads.map(({ load, relay, pipe }) => [
      nameOf(load),
      ...[relay, pipe].flatMap(({ toModelMs, fromModelMs }) => [decimal(toModelMs), decimal(fromModelMs)]),
      decimal(relay.cpuMsPerTurn),
      decimal(pipe.cpuMsPerTurn),
      times(relay.cpuMsPerTurn, pipe.cpuMsPerTurn),
      percent(relay.busy),
      `${percent(relay.disturbed)} / ${percent(pipe.disturbed)}`,
      `${decimal(relay.requestBytes, 0)} / ${decimal(pipe.requestBytes, 0)}`,
    ]),
  )
}
