import { DateTime, IANAZone } from 'luxon'
import { z } from 'zod'

/** An IANA time zone name, such as `America/New_York`. */
export const timeZoneSchema = z.string().max(64).refine((zone) => IANAZone.isValidZone(zone), 'must be an IANA time zone')

const wallTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time such as 08:30')

/** Local wall time; `closes` at or before `opens` runs past midnight into the next day. */
export const intervalSchema = z.strictObject({ opens: wallTime, closes: wallTime })

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export type Weekday = (typeof weekdays)[number]

const intervals = z.array(intervalSchema).max(6)

/** Weekly intervals, and dated exceptions that replace the whole day (no interval: closed). */
export const openingHoursSchema = z.strictObject({
  weekly: z.strictObject({
    monday: intervals,
    tuesday: intervals,
    wednesday: intervals,
    thursday: intervals,
    friday: intervals,
    saturday: intervals,
    sunday: intervals,
  }),
  exceptions: z
    .array(z.strictObject({ date: z.iso.date(), intervals, note: z.string().max(200).default('') }))
    .max(400)
    .default([]),
})

export type OpeningHours = z.infer<typeof openingHoursSchema>
export type Interval = z.infer<typeof intervalSchema>

/** The intervals of the local day that `day` falls on. */
export function intervalsOn(hours: OpeningHours, day: DateTime): Interval[] {
  const exception = hours.exceptions.find(({ date }) => date === day.toISODate())
  return exception ? exception.intervals : hours.weekly[weekdays[day.weekday - 1]!]
}

/** True when `at` (epoch ms) falls into an interval of that local day, or of one that began the day before. */
export function isOpen(hours: OpeningHours, timeZone: string, atMs: number): boolean {
  const now = DateTime.fromMillis(atMs, { zone: timeZone })
  return [now.minus({ days: 1 }), now].some((day) =>
    intervalsOn(hours, day).some((interval) => {
      const opens = atWallTime(day, interval.opens)
      const closes = atWallTime(interval.closes <= interval.opens ? day.plus({ days: 1 }) : day, interval.closes)
      return opens <= now && now < closes
    }),
  )
}

/** The next moment (epoch ms) at which the business opens, within 14 days, or null. */
export function nextOpening(hours: OpeningHours, timeZone: string, atMs: number): number | null {
  const now = DateTime.fromMillis(atMs, { zone: timeZone })
  for (let days = 0; days < 14; days += 1) {
    const day = now.plus({ days })
    const opening = intervalsOn(hours, day)
      .map(({ opens }) => atWallTime(day, opens))
      .filter((opens) => opens > now)
      .toSorted((a, b) => a.toMillis() - b.toMillis())[0]
    if (opening) return opening.toMillis()
  }
  return null
}

function atWallTime(day: DateTime, time: string): DateTime {
  const [hour, minute] = time.split(':').map(Number)
  return hour === 24 ? day.plus({ days: 1 }).startOf('day') : day.set({ hour, minute, second: 0, millisecond: 0 })
}
