import fc from 'fast-check'
import { DateTime } from 'luxon'
import { isOpen, nextOpening, openingHoursSchema } from './opening-hours.ts'

const day = [{ opens: '08:00', closes: '17:00' }]
const hours = openingHoursSchema.parse({
  weekly: { monday: day, tuesday: day, wednesday: day, thursday: day, friday: [{ opens: '20:00', closes: '02:00' }], saturday: [], sunday: [] },
  exceptions: [{ date: '2026-12-24', intervals: [{ opens: '08:00', closes: '12:00' }] }, { date: '2026-12-25', intervals: [] }],
})
const zone = 'America/New_York'
const at = (iso: string, in_ = zone) => DateTime.fromISO(iso, { zone: in_ }).toMillis()

describe('opening hours', () => {
  it.each([
    ['2026-11-23T07:59:59', false],
    ['2026-11-23T08:00:00', true],
    ['2026-11-23T16:59:59', true],
    ['2026-11-23T17:00:00', false],
    ['2026-11-27T21:00:00', true],
    ['2026-11-28T01:59:59', true],
    ['2026-11-28T02:00:00', false],
    ['2026-12-24T11:59:59', true],
    ['2026-12-24T13:00:00', false],
  ])('at %s local time: open is %s', (iso, expected) => {
    expect(isOpen(hours, zone, at(iso))).toBe(expected)
  })

  it('an exception replaces the whole day, but not the night that began before it', () => {
    expect(isOpen(hours, zone, at('2026-12-25T09:00:00'))).toBe(false)
    expect(isOpen(hours, zone, at('2026-12-26T01:00:00'))).toBe(false)
  })

  it('the next opening skips closed days and is itself open', () => {
    const opening = nextOpening(hours, zone, at('2026-11-28T12:00:00'))!
    expect(DateTime.fromMillis(opening, { zone }).toISO()).toContain('2026-11-30T08:00:00')
    expect(isOpen(hours, zone, opening)).toBe(true)
    expect(nextOpening(openingHoursSchema.parse({ weekly: { ...hours.weekly, monday: [], tuesday: [], wednesday: [], thursday: [], friday: [] } }), zone, 0)).toBeNull()
  })

  it('holds through every change of clocks: 09:00 local is open and 18:00 is not, in any zone on any Monday', () => {
    const zones = ['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/St_Johns']
    const mondays = fc.integer({ min: 0, max: 2_000 }).map((weeks) => DateTime.fromISO('2000-01-03').plus({ weeks }).toISODate()!)
    fc.assert(
      fc.property(fc.constantFrom(...zones), mondays, (timeZone, monday) => {
        expect(isOpen(hours, timeZone, at(`${monday}T09:00`, timeZone))).toBe(true)
        expect(isOpen(hours, timeZone, at(`${monday}T18:00`, timeZone))).toBe(false)
      }),
    )
  })
})
