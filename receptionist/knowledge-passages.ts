import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { DateTime } from 'luxon'
import type { Knowledge } from '../domain/knowledge.ts'
import type { Interval, OpeningHours } from '../domain/opening-hours.ts'
import { weekdays } from '../domain/opening-hours.ts'

/** One thing that a business knows; what an answer is made of, and what a transcript line names as its source. */
export interface Passage {
  /** Unique and the same as long as the knowledge version is: `business`, `hours`, `service-3`, `faq-…`. */
  id: string
  title: string
  text: string
  /** Words that people ask for it with and that it may not hold. */
  askedAs: string
  /** True for what the prompt always holds, however large the knowledge is. */
  isEssential: boolean
}

const maxEssentialLocations = 10

/** Everything a tenant's knowledge says, cut into passages, in a fixed order. */
export function passagesOf(knowledge: Knowledge): Passage[] {
  return [
    businessPassage(knowledge),
    {
      id: 'hours',
      title: 'Opening hours',
      text: weeklyHours(knowledge.hours),
      askedAs: `open close opening closing time today tomorrow weekend ${weekdays.join(' ')} horario abierto abren cierran heures ouvert ouverture fermeture geoffnet offnungszeiten`,
      isEssential: true,
    },
    ...knowledge.hours.exceptions.map(({ date, intervals, note }) => ({
      id: `day-${date}`,
      title: `${spokenDate(date)}${note && ` (${note})`}`,
      text: spokenIntervals(intervals),
      askedAs: 'open closed holiday hours special day',
      isEssential: false,
    })),
    ...knowledge.locations.map(({ name, address, directions }, at) => ({
      id: `location-${at + 1}`,
      title: name,
      text: sentences(`Address: ${address}`, directions),
      askedAs: 'where located location address directions find get there place direccion donde adresse wo',
      isEssential: knowledge.locations.length <= maxEssentialLocations,
    })),
    ...knowledge.services.map(({ name, description, priceCents, priceNote, durationMinutes }, at) => ({
      id: `service-${at + 1}`,
      title: name,
      text: sentences(
        description,
        priceLine(priceCents, priceNote, knowledge.currency),
        durationMinutes === undefined ? '' : `Takes ${duration(durationMinutes)}`,
      ),
      askedAs: `price cost much charge fee rate offer service ${durationMinutes ? 'long take duration' : ''} precio cuesta prix combien preis kostet`,
      isEssential: false,
    })),
    ...knowledge.faqs.map(({ id, question, answer }) => ({
      id: `faq-${id}`,
      title: question,
      text: answer,
      askedAs: '',
      isEssential: false,
    })),
  ]
}

/** `08:30 to 12:00 and 13:00 to 17:00`, or `closed`. */
export function spokenIntervals(intervals: readonly Interval[]): string {
  return intervals.map(({ opens, closes }) => `${opens} to ${closes}`).join(' and ') || 'closed'
}

/** `Friday, December 25, 2026`, of an ISO date or a moment. */
export function spokenDate(date: string | DateTime): string {
  const day = typeof date === 'string' ? DateTime.fromISO(date, { zone: 'utc' }) : date
  return day.setLocale('en-US').toLocaleString(DateTime.DATE_HUGE)
}

function businessPassage({ business }: Knowledge): Passage {
  const { name, description, phone, email, website } = business
  return {
    id: 'business',
    title: name,
    text: sentences(
      description,
      phone ? `Phone: ${parsePhoneNumberFromString(phone)?.formatNational() ?? phone}` : '',
      email ? `E-mail: ${email}` : '',
      website ? `Website: ${website}` : '',
    ),
    askedAs: 'phone number email website company business contact about',
    isEssential: true,
  }
}

/** Days with the same hours that follow one another are named together. */
function weeklyHours({ weekly }: OpeningHours): string {
  const runs: { from: string; until: string; hours: string }[] = []
  for (const weekday of weekdays) {
    const day = weekday[0]!.toUpperCase() + weekday.slice(1)
    const hours = spokenIntervals(weekly[weekday])
    const last = runs.at(-1)
    if (last?.hours === hours) last.until = day
    else runs.push({ from: day, until: day, hours })
  }
  return sentences(...runs.map(({ from, until, hours }) => `${from === until ? from : `${from} to ${until}`}: ${hours}`))
}

function priceLine(cents: number | undefined, note: string, currency: string): string {
  if (cents === undefined) return note && `Price: ${note}`
  return `Price: ${price(cents, currency)}${note && ` (${note})`}`
}

function price(cents: number, currency: string): string {
  const format = new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency,
    currencyDisplay: ['USD', 'EUR', 'GBP'].includes(currency) ? 'narrowSymbol' : 'name',
    minimumFractionDigits: cents % 100 ? 2 : 0,
    maximumFractionDigits: 2,
  })
  return format.format(cents / 100)
}

function duration(minutes: number): string {
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  const part = (count: number, unit: string) => (count ? `${count} ${unit}${count > 1 ? 's' : ''}` : '')
  return [part(hours, 'hour'), part(rest, 'minute')].filter(Boolean).join(' ')
}

function sentences(...parts: string[]): string {
  return parts
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => (/[.!?]$/.test(part) ? part : `${part}.`))
    .join(' ')
}
