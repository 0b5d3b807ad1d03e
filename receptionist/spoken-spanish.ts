import type { SpokenLanguage } from './spoken-language.ts'

const small =
  `cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve`.split(' ')
const tens = ['', '', '', 'treinta', 'cuarenta', 'cincuenta', 'sesenta', 'setenta', 'ochenta', 'noventa']
const hundreds =
  ' ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos'.split(' ')
const months =
  'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre'.split(' ')
const ordinals = ' primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo'.split(' ')
const currencies: Record<string, [one: string, many: string, cent: string]> = {
  $: ['dólar', 'dólares', 'centavo'],
  '€': ['euro', 'euros', 'céntimo'],
  '£': ['libra', 'libras', 'penique'],
}

function cardinal(value: number): string {
  if (value < 30) return small[value]!
  if (value < 100) return tens[Math.floor(value / 10)]! + (value % 10 ? ` y ${small[value % 10]}` : '')
  if (value === 100) return 'cien'
  if (value < 1_000) return hundreds[Math.floor(value / 100)]! + (value % 100 ? ` ${cardinal(value % 100)}` : '')
  const [unit, name] = value < 1_000_000 ? [1_000, 'mil'] : [1_000_000, value < 2_000_000 ? 'millón' : 'millones']
  const count = Math.floor(value / unit)
  const rest = value % unit
  const head = count === 1 ? (unit === 1_000 ? 'mil' : `un ${name}`) : `${beforeNoun(cardinal(count))} ${name}`
  return rest ? `${head} ${cardinal(rest)}` : head
}

/** `uno` loses its ending before a masculine noun: veintiún mil, un euro. */
function beforeNoun(said: string): string {
  return said.replace(/veintiuno$/, 'veintiún').replace(/\buno$/, 'un')
}

export const spokenSpanish: SpokenLanguage = {
  digits: small.slice(0, 10),
  at: 'arroba',
  dot: 'punto',
  slash: 'barra',
  dash: 'guion',
  underscore: 'guion bajo',
  plus: 'más',
  and: 'y',
  to: 'a',
  per: 'por',
  percent: 'por ciento',
  about: 'unos',
  number: 'número',
  thousandsSign: '.',
  scales: [],
  cardinal,
  year: cardinal,
  ordinal: (value) => ordinals[value] ?? cardinal(value),
  decimal: (whole, fraction) => `${whole} coma ${fraction}`,
  money(sign, whole, count, cents) {
    const [one, many, cent] = currencies[sign]!
    const coins = cents ? `${beforeNoun(cardinal(cents))} ${cent}${cents > 1 ? 's' : ''}` : ''
    if (coins && count === 0) return coins
    const amount = one === 'libra' ? whole.replace(/uno$/, 'una') : beforeNoun(whole)
    return `${amount} ${count === 1 ? one : many}${coins && ` con ${coins}`}`
  },
  clock(hour, minute, half) {
    const full = half === 'pm' && hour < 12 ? hour + 12 : half === 'am' && hour === 12 ? 0 : hour
    const said = cardinal(full).replace(/uno$/, 'una')
    return minute ? `${said} y ${cardinal(minute)}` : `${said} en punto`
  },
  date: (month, day, year) => `${cardinal(day)} de ${months[month - 1]}${year === null ? '' : ` de ${cardinal(year)}`}`,
}
