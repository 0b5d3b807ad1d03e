import type { EnduranceFigures, Minute } from './endurance-run.ts'
import type { Latency } from './latency.ts'
import type { OverloadFigures } from './overload.ts'
import { decimal, percent, table } from './table.ts'
import { slope } from './trend.ts'

/** The first minutes still fill caches and warm up code. */
const settledAfterMinutes = 2

/** What `npm run bench:load` measured of the long run, as Markdown. */
export function enduranceReport(figures: EnduranceFigures): string {
  const { calls, isRecorded, minutes, turns, unanswered, dialled, refused, dropped, wrapUpsPerSecond, cpuMsPerTurn, busy, othersBusy, drainMs, differences } = figures
  const mib = (kib: number) => decimal(kib / 1024, 1)
  const settled = minutes.slice(Math.min(settledAfterMinutes, minutes.length - 2))
  const growth = (of: (minute: Minute) => number) => decimal(slope(settled.map((minute) => [minute.minute, of(minute)])), 0)
  return [
    `${calls} calls for ${minutes.length} minutes, a turn each 4 s, each call about three minutes long and followed by the next; ${isRecorded ? 'recordings, ' : ''}summaries and mails beside`,
    table(
      ['minute', 'heap, MiB', 'outside of it', 'RSS', 'loop late p50, ms', 'p99', 'most', 'added p50, ms', 'p99', 'turns', 'unanswered', 'calls ended', 'wrapped up'],
      minutes.map(({ minute, memory, lag, latency, ended, wrappedUp }) => [
        String(minute),
        mib(memory.heapKib),
        mib(memory.externalKib),
        mib(memory.rssKib),
        ...[lag.p50, lag.p99, lag.max].map((ms) => decimal(ms, 1)),
        decimal(latency.p50),
        decimal(latency.p99),
        ...[latency.turns, latency.unanswered, ended, wrappedUp].map(String),
      ]),
    ),
    table(
      ['', ''],
      [
        ['event loop late, p99 of the worst minute, ms', decimal(Math.max(...minutes.map(({ lag }) => lag.p99)), 1)],
        ['heap, KiB more a minute (after the second)', growth(({ memory }) => memory.heapKib)],
        ['RSS, KiB more a minute', growth(({ memory }) => memory.rssKib)],
        ['calls dialled / refused / dropped', `${dialled} / ${refused} / ${dropped}`],
        ['turns / unanswered', `${turns} / ${unanswered}`],
        ['wrap-ups a second', decimal(wrapUpsPerSecond, 1)],
        ['until the last calls were wrapped up, s', decimal(drainMs / 1_000, 1)],
        ['relay CPU ms a turn, set-ups and ends included', decimal(cpuMsPerTurn)],
        ['its core / the other’s busy', `${percent(busy)} / ${percent(othersBusy)}`],
        ['ledgers', differences.length === 0 ? 'equal' : differences.join('; ')],
      ],
    ),
  ].join('\n\n')
}

/** What it measured at overload. */
export function overloadReport(figures: OverloadFigures): string {
  const { everyMs, turnsPerSecond, busyThen, carried, inProgress, offered, taken, refused, before, during, newcomers, lagBefore, lagDuring, othersBusy } = figures
  const row = (what: string, { p50, p95, p99, turns, unanswered }: Latency, lag: string) => [what, decimal(p50), decimal(p95), decimal(p99), String(turns), String(unanswered), lag]
  return [
    `Overload, on a core made slower (bench/slow-core.ts): it carries ${decimal(turnsPerSecond, 0)} turns a second (then busy for ${percent(busyThen)}), ${carried} calls at a turn each ${everyMs / 1_000} s. ` +
      `${inProgress} were in progress when ${offered} were offered: ${taken} were taken and ${refused} turned away. The load’s core was busy for ${percent(othersBusy)}.`,
    table(
      ['added time to first token, ms', 'p50', 'p95', 'p99', 'turns', 'unanswered', 'loop late p99'],
      [
        row('calls in progress, before', before, decimal(lagBefore.p99, 1)),
        row('the same, at three times', during, decimal(lagDuring.p99, 1)),
        row('calls taken meanwhile', newcomers, ''),
      ],
    ),
  ].join('\n\n')
}
