import type { SpokenLanguage } from './spoken-language.ts'
import { thousands } from './spoken-language.ts'

const small =
  `zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf`.split(' ')
const tens = ['', '', 'vingt', 'trente', 'quarante', 'cinquante', 'soixante', 'soixante', 'quatre-vingt', 'quatre-vingt']
const months =
  'janvier février mars avril mai juin juillet août septembre octobre novembre décembre'.split(' ')
const currencies: Record<string, string> = { $: 'dollar', '€': 'euro', '£': 'livre' }

function belowHundred(value: number): string {
  if (value < 20) return small[value]!
  const ten = Math.floor(value / 10)
  const rest = ten === 7 || ten === 9 ? value - (ten - 1) * 10 : value % 10
  if (rest === 0) return ten === 8 ? 'quatre-vingts' : tens[ten]!
  return `${tens[ten]}${(rest === 1 || rest === 11) && ten < 8 ? ' et ' : '-'}${small[rest]}`
}

function cardinal(value: number): string {
  if (value < 100) return belowHundred(value)
  if (value < 1_000) {
    const hundreds = Math.floor(value / 100)
    const rest = value % 100
    const plural = hundreds > 1 && rest === 0 ? 's' : ''
    return `${hundreds > 1 ? `${small[hundreds]} ` : ''}cent${plural}${rest ? ` ${belowHundred(rest)}` : ''}`
  }
  return thousands(value)
    .map(([group, power]) => {
      if (power === 0) return cardinal(group)
      if (power === 1) return group === 1 ? 'mille' : `${cardinal(group).replace(/(cent|vingt)s$/, '$1')} mille`
      return `${cardinal(group)} ${power === 2 ? 'million' : 'milliard'}${group > 1 ? 's' : ''}`
    })
    .join(' ')
}

export const spokenFrench: SpokenLanguage = {
  digits: small.slice(0, 10),
  at: 'arobase',
  dot: 'point',
  slash: 'slash',
  dash: 'tiret',
  underscore: 'tiret bas',
  plus: 'plus',
  and: 'et',
  to: 'à',
  per: 'par',
  percent: 'pour cent',
  about: 'environ',
  number: 'numéro',
  thousandsSign: '.',
  scales: [],
  cardinal,
  year: cardinal,
  ordinal: (value) => (value === 1 ? 'premier' : `${cardinal(value).replace(/e$/, '').replace(/cinq$/, 'cinqu').replace(/neuf$/, 'neuv')}ième`),
  decimal: (whole, fraction) => `${whole} virgule ${fraction}`,
  money(sign, whole, count, cents) {
    const name = currencies[sign]!
    if (cents && count === 0) return `${cardinal(cents)} centime${cents > 1 ? 's' : ''}`
    const amount = count === 1 && name === 'livre' ? 'une' : whole
    return `${amount} ${name}${count > 1 ? 's' : ''}${cents ? ` ${cardinal(cents)}` : ''}`
  },
  clock(hour, minute, half) {
    const full = half === 'pm' && hour < 12 ? hour + 12 : half === 'am' && hour === 12 ? 0 : hour
    const said = full % 24 === 0 ? 'minuit' : full === 12 ? 'midi' : `${cardinal(full).replace(/\bun$/, 'une')} heure${full > 1 ? 's' : ''}`
    return `${said}${minute ? ` ${cardinal(minute)}` : ''}`
  },
  date: (month, day, year) => `${day === 1 ? 'premier' : cardinal(day)} ${months[month - 1]}${year === null ? '' : ` ${cardinal(year)}`}`,
}
