import type { Weekday } from '../domain/opening-hours.ts'
import { weekdays } from '../domain/opening-hours.ts'
import { spokenEnglish } from './spoken-english.ts'
import { spokenFrench } from './spoken-french.ts'
import { spokenGerman } from './spoken-german.ts'
import { spokenSpanish } from './spoken-spanish.ts'

/** How one language tells opening hours and the address. Whole sentences come out; days stand at their beginning. */
export interface HoursPhrases {
  today: string
  tomorrow: string
  /** `on Sunday` */
  on(day: Weekday): string
  /** Days of the week that follow one another. */
  days(first: Weekday, last: Weekday): string
  everyDay: string
  /** Of a 24-hour clock; hour 24 ends the day. */
  time(hour: number, minute: number): string
  span(from: string, until: string): string
  and: string
  openNow: string
  closedNow: string
  openUntil(time: string): string
  /** `spans`: the day's hours. */
  openOn(day: string, spans: string): string
  closedOn(day: string): string
  opensNext(day: string, time: string): string
  address(address: string): string
}

const nameIn = (names: string) => (day: Weekday) => names.split(' ')[weekdays.indexOf(day)]!
const areNeighbours = (first: Weekday, last: Weekday) => weekdays.indexOf(last) - weekdays.indexOf(first) === 1

/** `p.m.` ends a sentence by itself. */
const ended = (sentence: string) => (sentence.endsWith('.') ? sentence : `${sentence}.`)
const englishDay = nameIn('Monday Tuesday Wednesday Thursday Friday Saturday Sunday')
const english: HoursPhrases = {
  today: 'today',
  tomorrow: 'tomorrow',
  on: (day) => `on ${englishDay(day)}`,
  days: (first, last) => (areNeighbours(first, last) ? `on ${englishDay(first)} and ${englishDay(last)}` : `${englishDay(first)} to ${englishDay(last)}`),
  everyDay: 'every day',
  time: (hour, minute) => (minute === 0 && hour === 12 ? 'noon' : minute === 0 && hour % 24 === 0 ? 'midnight' : spokenEnglish.clock(hour, minute, hour < 12 ? 'am' : 'pm')),
  span: (from, until) => `from ${from} to ${until}`,
  and: 'and',
  openNow: "We're open right now.",
  closedNow: "We're closed right now.",
  openUntil: (time) => ended(`We're open until ${time}`),
  openOn: (day, spans) => ended(`${day} we're open ${spans}`),
  closedOn: (day) => `${day} we're closed.`,
  opensNext: (day, time) => ended(`We open ${day} at ${time}`),
  address: (address) => `Our address is ${address}.`,
}

const germanDay = nameIn('Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag')
const german: HoursPhrases = {
  today: 'heute',
  tomorrow: 'morgen',
  on: (day) => `am ${germanDay(day)}`,
  days: (first, last) => (areNeighbours(first, last) ? `am ${germanDay(first)} und ${germanDay(last)}` : `von ${germanDay(first)} bis ${germanDay(last)}`),
  everyDay: 'jeden Tag',
  time: (hour, minute) => (hour % 24 === 0 && minute === 0 ? 'Mitternacht' : spokenGerman.clock(hour, minute, null)),
  span: (from, until) => `von ${from} bis ${until}`,
  and: 'und',
  openNow: 'Wir haben gerade geöffnet.',
  closedNow: 'Wir haben gerade geschlossen.',
  openUntil: (time) => `Wir haben bis ${time} geöffnet.`,
  openOn: (day, spans) => `${day} haben wir ${spans} geöffnet.`,
  closedOn: (day) => `${day} haben wir geschlossen.`,
  opensNext: (day, time) => `Wir öffnen ${day} um ${time}.`,
  address: (address) => `Unsere Adresse ist ${address}.`,
}

const frenchDay = nameIn('lundi mardi mercredi jeudi vendredi samedi dimanche')
const french: HoursPhrases = {
  today: "aujourd'hui",
  tomorrow: 'demain',
  on: frenchDay,
  days: (first, last) => (areNeighbours(first, last) ? `le ${frenchDay(first)} et le ${frenchDay(last)}` : `du ${frenchDay(first)} au ${frenchDay(last)}`),
  everyDay: 'tous les jours',
  time: (hour, minute) => spokenFrench.clock(hour, minute, null),
  span: (from, until) => `${from.startsWith('une ') ? "d'" : 'de '}${from} à ${until}`,
  and: 'et',
  openNow: 'Nous sommes ouverts en ce moment.',
  closedNow: 'Nous sommes fermés en ce moment.',
  openUntil: (time) => `Nous sommes ouverts jusqu'à ${time}.`,
  openOn: (day, spans) => `${day}, nous sommes ouverts ${spans}.`,
  closedOn: (day) => `${day}, nous sommes fermés.`,
  opensNext: (day, time) => `Nous ouvrons ${day} à ${time}.`,
  address: (address) => `Notre adresse est ${address}.`,
}

const spanishDay = nameIn('lunes martes miércoles jueves viernes sábado domingo')
const spanish: HoursPhrases = {
  today: 'hoy',
  tomorrow: 'mañana',
  on: (day) => `el ${spanishDay(day)}`,
  days: (first, last) => (areNeighbours(first, last) ? `el ${spanishDay(first)} y el ${spanishDay(last)}` : `de ${spanishDay(first)} a ${spanishDay(last)}`),
  everyDay: 'todos los días',
  time(hour, minute) {
    if (hour % 24 === 0 && minute === 0) return 'la medianoche'
    const clock = hour % 12 || 12
    const said = clock === 1 ? 'la una' : `las ${spokenSpanish.cardinal(clock)}`
    const past = { 0: '', 15: ' y cuarto', 30: ' y media' }[minute] ?? ` y ${spokenSpanish.cardinal(minute)}`
    const part = hour < 6 ? 'de la madrugada' : hour < 12 ? 'de la mañana' : hour === 12 ? 'del mediodía' : hour < 20 ? 'de la tarde' : 'de la noche'
    return `${said}${past} ${part}`
  },
  span: (from, until) => `de ${from} a ${until}`,
  and: 'y',
  openNow: 'Ahora mismo estamos abiertos.',
  closedNow: 'Ahora mismo estamos cerrados.',
  openUntil: (time) => `Estamos abiertos hasta ${time}.`,
  openOn: (day, spans) => `${day} estamos abiertos ${spans}.`,
  closedOn: (day) => `${day} estamos cerrados.`,
  opensNext: (day, time) => `Abrimos ${day} a ${time}.`,
  address: (address) => `Nuestra dirección es ${address}.`,
}

const tables: Record<string, HoursPhrases> = { en: english, de: german, fr: french, es: spanish }

/** How the language of a BCP 47 tag tells hours; null where it can't. */
export function hoursPhrasesFor(language: string): HoursPhrases | null {
  return tables[language.slice(0, 2).toLowerCase()] ?? null
}
