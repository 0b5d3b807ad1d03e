import { DateTime } from 'luxon'
import type { Knowledge } from '../domain/knowledge.ts'
import { intervalsOn, isOpen, nextOpening } from '../domain/opening-hours.ts'
import { isTransferAllowed } from '../domain/transfer-rules.ts'
import { neutralised } from './caller-data.ts'
import { spokenDate, spokenIntervals } from './knowledge-passages.ts'

const minuteMs = 60_000
/** Special days are named that many days ahead. */
const daysAhead = 14

/** What is true of a business for a minute, whoever calls. */
export interface BusinessMinute {
  isTransferAllowed: boolean
  /** Date, time and hours, as the model is told them. */
  lines: string[]
}

/** What is true of the business at `atMs` (epoch ms), worked out once a minute: nothing that it is made of changes within one. */
export function createBusinessClock(knowledge: Knowledge): (atMs: number) => BusinessMinute {
  let minute = NaN
  let known: BusinessMinute
  return (atMs) => {
    const asked = Math.floor(atMs / minuteMs)
    if (asked !== minute) {
      known = businessMinute(knowledge, asked * minuteMs)
      minute = asked
    }
    return known
  }
}

function businessMinute(knowledge: Knowledge, atMs: number): BusinessMinute {
  const { hours, timeZone } = knowledge
  const now = DateTime.fromMillis(atMs, { zone: timeZone })
  const isOpenNow = isOpen(hours, timeZone, atMs)
  const next = isOpenNow ? null : nextOpening(hours, timeZone, atMs)
  const opening = next === null ? null : DateTime.fromMillis(next, { zone: timeZone })
  const soon = hours.exceptions.filter(({ date }) => {
    const days = DateTime.fromISO(date, { zone: timeZone }).diff(now.startOf('day'), 'days').days
    return days >= 0 && days <= daysAhead
  })
  return {
    isTransferAllowed: isTransferAllowed(knowledge, atMs),
    lines: [
      `It is ${spokenDate(now)}, ${now.toFormat('HH:mm')} where the business is. Hours today: ${spokenIntervals(intervalsOn(hours, now))}.`,
      isOpenNow ? 'The business is open now.' : 'The business is closed now.',
      opening ? `It opens next on ${spokenDate(opening)} at ${opening.toFormat('HH:mm')}.` : '',
      ...soon.map(({ date, intervals, note }) => `Special hours on ${spokenDate(date)}: ${spokenIntervals(intervals)}${note && ` (${neutralised(note)})`}.`),
    ],
  }
}
