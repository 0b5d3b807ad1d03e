import fc from 'fast-check'
import { DateTime } from 'luxon'
import type { OpeningHours } from '../domain/opening-hours.ts'
import { isOpen, weekdays } from '../domain/opening-hours.ts'
import { propertyRuns, propertyTimeoutMs } from '../test/kit/property-runs.ts'
import { hoursAnswer } from './hours-answer.ts'
import type { HoursPhrases } from './hours-phrases.ts'
import { hoursPhrasesFor } from './hours-phrases.ts'
import { spokenForm } from './spoken-form.ts'

const wallTime = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '30')).map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${minute}`)
const interval = fc.record({ opens: wallTime, closes: fc.oneof(wallTime, fc.constant('24:00')) })
const intervals = fc.array(interval, { maxLength: 3 })
const date = fc.integer({ min: 0, max: 400 }).map((days) => DateTime.fromISO('2026-01-01').plus({ days }).toISODate()!)
const exceptions = fc.array(fc.record({ date, intervals, note: fc.constantFrom('', 'Party') }), { maxLength: 8 })
const anyHours = fc.record({ weekly: fc.record(Object.fromEntries(weekdays.map((day) => [day, intervals])) as Record<(typeof weekdays)[number], typeof intervals>), exceptions })
const zones = ['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu']
const moment = fc.integer({ min: 0, max: 400 * 24 * 60 }).map((minutes) => DateTime.fromISO('2026-01-01', { zone: 'utc' }).plus({ minutes }).toMillis())

/** Says times as figures, so that what was said can be checked. */
const figures: HoursPhrases = {
  ...hoursPhrasesFor('en')!,
  on: (day) => day,
  time: (hour, minute) => `${hour}:${String(minute).padStart(2, '0')}`,
  openUntil: (time) => `open until ${time}`,
  openOn: (_, spans) => `day ${spans}`,
  openNow: 'open',
  closedNow: 'closed',
  closedOn: () => 'day closed',
  opensNext: (day, time) => `next ${day} ${time}`,
}

it('whatever the hours: open is told when it is open and closed when it is not, until and from the very minute, at any change of clocks', () => {
  let told = 0
  fc.assert(
    fc.property(anyHours, fc.constantFrom(...zones), moment, (hours, timeZone, atMs) => {
      const answer = hoursAnswer({ hours, timeZone }, { asks: 'open-now', day: null }, atMs, figures)
      if (!answer) return
      told += 1
      const open = (at: DateTime) => isOpen(hours as OpeningHours, timeZone, at.toMillis())
      const now = DateTime.fromMillis(atMs, { zone: timeZone })
      expect(answer.text.startsWith('open')).toBe(open(now))
      const until = /open until (\d+):(\d+)/.exec(answer.text)
      if (until) {
        const today = now.startOf('day')
        const end = [0, 1].map((days) => today.plus({ days: days + (until[1] === '24' ? 1 : 0) }).set({ hour: Number(until[1]) % 24, minute: Number(until[2]) })).find((at) => at > now)!
        expect(open(end.minus({ minutes: 1 }))).toBe(true)
        expect(open(end)).toBe(false)
      }
      const next = /next (\S+) (\d+):(\d+)/.exec(answer.text)
      if (next) {
        const ahead = next[1] === 'today' ? 0 : next[1] === 'tomorrow' ? 1 : (weekdays.indexOf(next[1] as (typeof weekdays)[number]) + 8 - now.weekday) % 7 || 7
        const start = now.startOf('day').plus({ days: ahead }).set({ hour: Number(next[2]), minute: Number(next[3]) })
        expect(open(start)).toBe(true)
        expect(open(start.minus({ minutes: 1 }))).toBe(false)
      }
    }),
    propertyRuns(1_000),
  )
  expect(told).toBeGreaterThan(100)
}, propertyTimeoutMs)

it.each(['en', 'de', 'fr', 'es'])('in %s every time of day is said in words, and no sentence ends twice', (language) => {
  const phrases = hoursPhrasesFor(language)!
  for (let hour = 0; hour <= 24; hour += 1) {
    for (const minute of hour === 24 ? [0] : [0, 5, 15, 30, 45]) {
      const sentences = [phrases.openUntil(phrases.time(hour, minute)), phrases.opensNext(phrases.tomorrow, phrases.time(hour, minute)), phrases.openOn(phrases.today, phrases.span(phrases.time(hour, minute), phrases.time(17, 0)))]
      for (const sentence of sentences) {
        expect(sentence).not.toMatch(/\d|\.\.|undefined/)
        expect(spokenForm(sentence, language)).toBe(sentence)
      }
    }
  }
})
