import type { SpokenLanguage } from './spoken-language.ts'
import { thousands } from './spoken-language.ts'

const small =
  `null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn`.split(' ')
const tens = ['', '', 'zwanzig', 'dreißig', 'vierzig', 'fünfzig', 'sechzig', 'siebzig', 'achtzig', 'neunzig']
const months = 'Januar Februar März April Mai Juni Juli August September Oktober November Dezember'.split(' ')
const currencies: Record<string, string> = { $: 'Dollar', '€': 'Euro', '£': 'Pfund' }

const joined = (value: number): string => (value === 1 ? 'ein' : cardinal(value))

function cardinal(value: number): string {
  if (value < 20) return small[value]!
  if (value < 100) return `${value % 10 ? `${joined(value % 10)}und` : ''}${tens[Math.floor(value / 10)]}`
  if (value < 1_000) return `${joined(Math.floor(value / 100))}hundert${value % 100 ? cardinal(value % 100) : ''}`
  if (value < 1_000_000) return `${joined(Math.floor(value / 1_000))}tausend${value % 1_000 ? cardinal(value % 1_000) : ''}`
  const large = thousands(value)
    .filter(([, power]) => power > 1)
    .map(([group, power]) => {
      const name = power === 2 ? 'Million' : 'Milliarde'
      return group === 1 ? `eine ${name}` : `${cardinal(group)} ${name}${power === 2 ? 'en' : 'n'}`
    })
  const rest = value % 1_000_000
  return [...large, rest ? cardinal(rest) : ''].filter(Boolean).join(' ')
}

function ordinal(value: number): string {
  if (value === 1) return 'erste'
  if (value === 3) return 'dritte'
  if (value === 7) return 'siebte'
  if (value === 8) return 'achte'
  return `${cardinal(value)}${value % 100 < 20 && value % 100 > 0 ? 'te' : 'ste'}`
}

const year = (value: number): string =>
  value >= 1_100 && value < 2_000 && value % 100
    ? `${cardinal(Math.floor(value / 100))}hundert${cardinal(value % 100)}`
    : cardinal(value)

export const spokenGerman: SpokenLanguage = {
  digits: small.slice(0, 10),
  at: 'ät',
  dot: 'Punkt',
  slash: 'Schrägstrich',
  dash: 'minus',
  underscore: 'Unterstrich',
  plus: 'plus',
  and: 'und',
  to: 'bis',
  per: 'pro',
  percent: 'Prozent',
  about: 'etwa',
  number: 'Nummer',
  thousandsSign: '.',
  scales: [],
  cardinal,
  year,
  ordinal,
  decimal: (whole, fraction) => `${whole} Komma ${fraction}`,
  money(sign, whole, count, cents) {
    if (cents && count === 0) return `${joined(cents)} Cent`
    return `${count === 1 ? 'ein' : whole} ${currencies[sign]}${cents ? ` ${cardinal(cents)}` : ''}`
  },
  clock(hour, minute, half) {
    const full = half === 'pm' && hour < 12 ? hour + 12 : half === 'am' && hour === 12 ? 0 : hour
    return `${joined(full)} Uhr${minute ? ` ${cardinal(minute)}` : ''}`
  },
  date: (month, day, yearNumber) => `${ordinal(day)} ${months[month - 1]}${yearNumber === null ? '' : ` ${year(yearNumber)}`}`,
}
