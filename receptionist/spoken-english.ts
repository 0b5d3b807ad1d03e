import type { SpokenLanguage } from './spoken-language.ts'
import { thousands } from './spoken-language.ts'

const small =
  `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen`.split(' ')
const tens = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety']
const powers = ['', ' thousand', ' million', ' billion']
const months =
  'January February March April May June July August September October November December'.split(' ')
const irregularOrdinals: Record<string, string> = {
  one: 'first', two: 'second', three: 'third', five: 'fifth', eight: 'eighth', nine: 'ninth', twelve: 'twelfth',
}
const currencies: Record<string, [one: string, many: string, cent: string, cents: string]> = {
  $: ['dollar', 'dollars', 'cent', 'cents'],
  '€': ['euro', 'euros', 'cent', 'cents'],
  '£': ['pound', 'pounds', 'penny', 'pence'],
}

function cardinal(value: number): string {
  if (value < 20) return small[value]!
  if (value < 100) return tens[Math.floor(value / 10)]! + (value % 10 ? `-${small[value % 10]}` : '')
  if (value < 1_000) return `${small[Math.floor(value / 100)]} hundred${value % 100 ? ` ${cardinal(value % 100)}` : ''}`
  return thousands(value)
    .map(([group, power]) => cardinal(group) + powers[power])
    .join(' ')
}

function ordinal(value: number): string {
  const said = cardinal(value)
  const last = /[a-z]+$/.exec(said)![0]
  return said.slice(0, -last.length) + (irregularOrdinals[last] ?? (last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`))
}

function year(value: number): string {
  const century = Math.floor(value / 100)
  const rest = value % 100
  if (value < 1_900 || value > 2_099 || (value >= 2_000 && value < 2_010)) return cardinal(value)
  if (rest === 0) return `${cardinal(century)} hundred`
  return `${cardinal(century)} ${rest < 10 ? `oh ${small[rest]}` : cardinal(rest)}`
}

function clock(hour: number, minute: number, half: 'am' | 'pm' | null): string {
  if (minute === 0 && half === null && hour % 24 === 0) return 'midnight'
  const isAfternoon = half === 'pm' || (half === null && hour > 12)
  const isMorning = half === 'am' || (half === null && hour === 0)
  const minutes = minute === 0 ? '' : minute < 10 ? ` oh ${small[minute]}` : ` ${cardinal(minute)}`
  const suffix = isAfternoon ? ' p.m.' : isMorning ? ' a.m.' : minute === 0 ? " o'clock" : ''
  return `${cardinal(hour % 12 || 12)}${minutes}${suffix}`
}

/** English, as it is said in the United States. */
export const spokenEnglish: SpokenLanguage = {
  digits: small.slice(0, 10),
  at: 'at',
  dot: 'dot',
  slash: 'slash',
  dash: 'dash',
  underscore: 'underscore',
  plus: 'plus',
  and: 'and',
  to: 'to',
  per: 'per',
  percent: 'percent',
  about: 'about',
  number: 'number',
  thousandsSign: ',',
  scales: ['hundred', 'thousand', 'million', 'billion'],
  cardinal,
  year,
  ordinal,
  decimal: (whole, fraction) => `${whole} point ${fraction}`,
  money(sign, whole, count, cents) {
    const [one, many, cent, centsName] = currencies[sign]!
    const coins = cents ? `${cardinal(cents)} ${cents === 1 ? cent : centsName}` : ''
    if (coins && count === 0) return coins
    return `${whole} ${count === 1 ? one : many}${coins && ` and ${coins}`}`
  },
  clock,
  date: (month, day, yearNumber) =>
    `${months[month - 1]} ${ordinal(day)}${yearNumber === null ? '' : `, ${year(yearNumber)}`}`,
}
