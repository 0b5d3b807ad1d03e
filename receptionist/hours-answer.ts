import { DateTime } from 'luxon'
import type { Knowledge } from '../domain/knowledge.ts'
import type { Interval, OpeningHours, Weekday } from '../domain/opening-hours.ts'
import { intervalsOn, weekdays } from '../domain/opening-hours.ts'
import type { HoursPhrases } from './hours-phrases.ts'
import type { NamedDay } from './question-forms.ts'

/** Until then, people mean by "today" and "tomorrow" what they had before they slept. */
const dayBeginsAtHour = 5
const daysAhead = 14

export interface HoursAnswer {
  text: string
  /** Ids of the passages that it is told from. */
  passages: string[]
}

/**
 * Tells the published hours at `atMs` (epoch ms) as they were asked for: with no `day`, `open-now`, `closing` and `opening` mean
 * the moment, `hours` the week. Null where the answer isn't plain: a day with a note, hours that overlap or go on around
 * midnight, a week with special days, the small hours.
 */
export function hoursAnswer(
  { hours, timeZone }: Pick<Knowledge, 'hours' | 'timeZone'>,
  { asks, day }: { asks: 'open-now' | 'hours' | 'closing' | 'opening'; day: NamedDay | null },
  atMs: number,
  phrases: HoursPhrases,
): HoursAnswer | null {
  const now = DateTime.fromMillis(atMs, { zone: timeZone })
  if (now.hour < dayBeginsAtHour || isNightOf(hours, now.minus({ days: 1 }), now.toFormat('HH:mm'))) return null
  if (day === null && asks === 'hours') return theWeek(hours, now, phrases)
  if (day === null || day === 'today') return theMoment(hours, now, day === null && asks !== 'closing', phrases)
  if (day === 'tomorrow') return dayAnswer(hours, now.plus({ days: 1 }), phrases.tomorrow, phrases)
  const named: Weekday[] = day === 'weekend' ? ['saturday', 'sunday'] : [day]
  return joined(named.map((weekday) => regularDay(hours, now, weekday, phrases)))
}

/** A day of the week is this one and the next one, and those after: plain where none of them is special. */
function regularDay(hours: OpeningHours, now: DateTime, weekday: Weekday, phrases: HoursPhrases): HoursAnswer | null {
  const ahead = (weekdays.indexOf(weekday) + 8 - now.weekday) % 7
  const days = [0, 7, 14].map((more) => now.plus({ days: ahead + more }))
  return days.some((day) => isSpecial(hours, day)) ? null : dayAnswer(hours, days[0]!, phrases.on(weekday), phrases)
}

function dayAnswer(hours: OpeningHours, day: DateTime, name: string, phrases: HoursPhrases): HoursAnswer | null {
  const spans = plainSpans(hours, day)
  if (!spans || (spans.length === 0 && isNightOf(hours, day.minus({ days: 1 }), '00:00'))) return null
  return { text: daySentence(name, spans, phrases), passages: sourcesOf(hours, day) }
}

/** Whether it is open at this moment, and until or from when. */
function theMoment(hours: OpeningHours, now: DateTime, isMomentOnly: boolean, phrases: HoursPhrases): HoursAnswer | null {
  const spans = plainSpans(hours, now)
  if (!spans) return null
  const time = now.toFormat('HH:mm')
  const today = daySentence(phrases.today, spans, phrases)
  const current = spans.find(({ opens, closes }) => opens <= time && (time < closes || closes <= opens))
  const next = spans.find(({ opens }) => opens > time)
  const passages = sourcesOf(hours, now)
  if (current && spans.length === 1) return { text: phrases.openUntil(timeOf(current.closes, phrases)), passages }
  if (current) return { text: `${phrases.openNow} ${today}`, passages }
  if (next && !isMomentOnly) return { text: today, passages }
  if (next) return { text: `${phrases.closedNow} ${phrases.opensNext(phrases.today, timeOf(next.opens, phrases))}`, passages }
  const closed = spans.length === 0 && !isMomentOnly ? today : phrases.closedNow
  for (let ahead = 1; ahead < 7; ahead += 1) {
    const day = now.plus({ days: ahead })
    const later = plainSpans(hours, day)
    if (!later) return null
    if (later.length === 0) continue
    const name = ahead === 1 ? phrases.tomorrow : phrases.on(weekdays[day.weekday - 1]!)
    return { text: `${closed} ${phrases.opensNext(name, timeOf(later[0]!.opens, phrases))}`, passages: [...new Set([...passages, ...sourcesOf(hours, day)])] }
  }
  return null
}

/** The regular hours, days with the same ones named together; at most three sentences. */
function theWeek(hours: OpeningHours, now: DateTime, phrases: HoursPhrases): HoursAnswer | null {
  const runs: { first: Weekday; last: Weekday; spans: Interval[] }[] = []
  for (let ahead = 0; ahead <= daysAhead; ahead += 1) if (isSpecial(hours, now.plus({ days: ahead }))) return null
  for (const weekday of weekdays) {
    const spans = plainSpans(hours, now.plus({ days: (weekdays.indexOf(weekday) + 8 - now.weekday) % 7 }))
    if (!spans) return null
    const run = runs.at(-1)
    if (run && JSON.stringify(run.spans) === JSON.stringify(spans)) run.last = weekday
    else runs.push({ first: weekday, last: weekday, spans })
  }
  if (runs.length > 3) return null
  const nameOf = ({ first, last }: { first: Weekday; last: Weekday }) =>
    runs.length === 1 ? phrases.everyDay : first === last ? phrases.on(first) : phrases.days(first, last)
  return { text: runs.map((run) => daySentence(nameOf(run), run.spans, phrases)).join(' '), passages: ['hours'] }
}

/** A day's intervals in order, where they can be told in a sentence. */
function plainSpans(hours: OpeningHours, day: DateTime): Interval[] | null {
  const exception = exceptionOn(hours, day)
  const spans = intervalsOn(hours, day).toSorted((a, b) => a.opens.localeCompare(b.opens))
  const isApart = spans.every(({ opens }, at) => at === 0 || (spans[at - 1]!.closes < opens && spans[at - 1]!.closes > spans[at - 1]!.opens))
  const isDaily = spans.every(({ opens, closes }) => opens !== '00:00' && opens !== closes)
  const next = intervalsOn(hours, day.plus({ days: 1 }))
  const last = spans.at(-1)
  const isEndPlain = !last || (last.closes !== '24:00' && last.closes > last.opens) || next.every(({ opens }) => opens > last.closes.replace('24:00', '00:00'))
  const isNoted = exception?.note !== undefined && exception.note.trim() !== '' && spans.length > 0
  return isApart && isDaily && isEndPlain && !isNoted && spans.length <= 2 ? spans : null
}

const exceptionOn = (hours: OpeningHours, day: DateTime) => hours.exceptions.find(({ date }) => date === day.toISODate())
const isSpecial = (hours: OpeningHours, day: DateTime) => exceptionOn(hours, day) !== undefined
/** True when hours of `day` still go on at that time of the day after. */
const isNightOf = (hours: OpeningHours, day: DateTime, time: string) => intervalsOn(hours, day).some(({ opens, closes }) => closes <= opens && time < closes)
const sourcesOf = (hours: OpeningHours, day: DateTime) => [isSpecial(hours, day) ? `day-${day.toISODate()}` : 'hours']

function daySentence(name: string, spans: readonly Interval[], phrases: HoursPhrases): string {
  if (spans.length === 0) return capitalised(phrases.closedOn(name))
  const said = spans.map(({ opens, closes }) => phrases.span(timeOf(opens, phrases), timeOf(closes, phrases)))
  return capitalised(phrases.openOn(name, said.join(` ${phrases.and} `)))
}

function timeOf(wallTime: string, phrases: HoursPhrases): string {
  const [hour, minute] = wallTime.split(':').map(Number)
  return phrases.time(hour!, minute!)
}

const capitalised = (text: string) => text[0]!.toUpperCase() + text.slice(1)

function joined(answers: readonly (HoursAnswer | null)[]): HoursAnswer | null {
  if (answers.some((answer) => answer === null)) return null
  const told = answers.map((answer) => answer!)
  return { text: told.map(({ text }) => text).join(' '), passages: [...new Set(told.flatMap(({ passages }) => passages))] }
}
