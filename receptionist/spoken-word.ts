import type { SpokenLanguage } from './spoken-language.ts'

const amount = String.raw`\d+(?:[.,]\d+)*`
const opening = /^[("'“‘¿¡[{*_`#<>|«]+/
const closing = /[)"'”’\]},.;:!?*_`<>|»…]+$/
const muted = /[*`<>|{}[\]^\\\p{Extended_Pictographic}\u{FE0F}]/gu
const commonDomains = 'com|net|org|io|co|info|biz|app|dev|edu|gov|shop|store|health|care|online|site|tech|[a-z]{2}'
const webAddress = new RegExp(
  String.raw`^(?:(?:https?:\/\/|www\.)\S+|[a-z0-9][a-z0-9-]+(?:\.[a-z0-9-]{2,})*\.(?:${commonDomains})(?:\/\S*)?)$`,
  'i',
)
const mailAddress = /^[^@\s]+@[^@\s]+\.[a-z]{2,}$/i

/** True for a word that the words after it may belong to: a phone number in groups, `8 am`, `$5 million`, `9 – 5`. */
export const isFigure = (word: string): boolean => /^[+(]?[$€£~]?\(?\d/.test(word)

/** True for one group of a phone number. */
export const isPhoneGroup = (word: string): boolean => /^(?:\+?\(?\d[\d().\-/]*)$/.test(word) && !/\d\.\d{1,2}$/.test(word)

/**
 * Says one word (or a figure with the words that belong to it). `head` is the part of the word that was said already
 * because it is letters only; what is returned follows it.
 */
export function spokenWord(word: string, head: string, language: SpokenLanguage): string {
  const isPhone = /^\(\d+\)/.test(word)
  const before = head || isPhone ? '' : (opening.exec(word)?.[0] ?? '')
  const rest = word.slice(before.length)
  const after = closing.exec(rest)?.[0] ?? ''
  const core = rest.slice(0, rest.length - after.length)
  const whole = head + core
  if (core === '') return cleaned(head ? after : /^[-–—•#]+$/.test(word) ? '' : before + after)
  const said =
    mailAddress.test(whole) || (webAddress.test(whole) && !/[a-z]\.[A-Z]/.test(whole))
      ? spelledAddress(head, core, language)
      : head
        ? withoutFigures(head, core, language)
        : (spokenFigure(core.replace(muted, ''), language) ?? withoutFigures('', core, language))
  const number = before.includes('#') && /^\d/.test(core) ? `${language.number} ` : ''
  const end = said.endsWith('.') ? after.replace(/^\./, '') : after
  return cleaned(before.replaceAll('#', '') + number + said + end)
}

function cleaned(text: string): string {
  return text.replace(muted, '').replace(/_/g, '')
}

/** An e-mail or web address, sign by sign; letters stay as they are. */
function spelledAddress(head: string, core: string, language: SpokenLanguage): string {
  const bare = head ? core : core.replace(/^https?:\/\//i, '').replace(/^www\./i, '').replace(/\/$/, '')
  const signs: Record<string, string> = {
    '@': language.at,
    '.': language.dot,
    '/': language.slash,
    '-': language.dash,
    _: language.underscore,
    '+': language.plus,
    '&': language.and,
  }
  const parts = bare.match(/\d+|[^\d@./\-_+&?=%#:]+|[@./\-_+&]/g) ?? []
  const said = parts.map((part) => signs[part] ?? (/^\d/.test(part) ? digits(part, language) : part)).join(' ')
  return head && !/^[\p{L}]/u.test(core) ? ` ${said}` : said
}

/** Says a figure; null for what is none. */
function spokenFigure(core: string, language: SpokenLanguage): string | null {
  const match = (pattern: string) => new RegExp(`^(?:${pattern})$`, 'i').exec(core)
  let found: RegExpExecArray | null
  if (core === '&') return language.and
  if (core === '%') return language.percent
  if (core === '24/7') return `${language.cardinal(24)} ${language.cardinal(7)}`
  if ((found = match(String.raw`~(${amount}.*)`))) return `${language.about} ${spoken(found[1]!, language)}`
  if ((found = match(String.raw`(\d{4})-(\d\d)-(\d\d)`)) && +found[2]! <= 12 && +found[2]! > 0 && +found[3]! > 0) {
    return language.date(Number(found[2]), Number(found[3]), Number(found[1]))
  }
  if ((found = match(String.raw`(\d{1,2}):([0-5]\d)(?::\d\d)?\s?([ap])?\.?(?:m\.?|h)?`)) && Number(found[1]) <= 24) {
    return language.clock(Number(found[1]), Number(found[2]), half(found[3]))
  }
  if ((found = match(String.raw`(\d{1,2})\s?([ap])\.?m\.?`)) && Number(found[1]) <= 12) {
    return language.clock(Number(found[1]), 0, half(found[2]))
  }
  if ((found = match(String.raw`(\d{1,2})h([0-5]\d)?`)) && Number(found[1]) <= 24 && !language.scales.length) {
    return language.clock(Number(found[1]), Number(found[2] ?? 0), null)
  }
  if ((found = /^([$€£\d].*)\/(\p{L}+)$/u.exec(core))) return `${spoken(found[1]!, language)} ${language.per} ${found[2]}`
  if ((found = match(String.raw`(${amount})\/(${amount})(?:\/(${amount}))?`))) {
    return found.slice(1).filter(Boolean).map((part) => spokenNumber(part, language)).join(` ${language.slash} `)
  }
  if ((found = match(String.raw`([$€£])(${amount})(?: ?(k|${language.scales.join('|')}))?`))) return money(found[1]!, found[2]!, found[3], language)
  if ((found = match(String.raw`(${amount})\s?([$€£])`))) return money(found[2]!, found[1]!, undefined, language)
  if ((found = match(String.raw`(${amount})\s?%`))) return `${spokenNumber(found[1]!, language)} ${language.percent}`
  if ((found = match(String.raw`(\d{4})[-–—](\d{4})`)) || (found = match(String.raw`([$€£]?\d[\d:.,]*(?:[ap]m)?)[–—]([$€£]?\d[\d:.,]*(?:[ap]m|%)?)`))) {
    return range(found[1]!, found[2]!, language)
  }
  if (isGrouped(core, language)) return spokenNumber(core, language)
  if (isPhoneNumber(core)) return phoneNumber(core, language)
  if ((found = match(String.raw`([$€£]?\d[\d:.,]*(?:[ap]m)?)-([$€£]?\d[\d:.,]*(?:[ap]m|%)?)`))) return range(found[1]!, found[2]!, language)
  if ((found = match(String.raw`(\d{1,3})(?:st|nd|rd|th|\.?[ºª]|er|ème|e)`)) && Number(found[1]) > 0) return language.ordinal(Number(found[1]))
  if (match(amount)) return spokenNumber(core, language)
  return null
}

const half = (letter: string | undefined) => (letter ? (letter.toLowerCase() === 'p' ? 'pm' : 'am') : null)

function spoken(core: string, language: SpokenLanguage): string {
  return spokenFigure(core, language) ?? withoutFigures('', core, language)
}

/** `$20-30` is dollars on both sides. */
function range(from: string, until: string, language: SpokenLanguage): string {
  const sign = /^[$€£]/.exec(from)?.[0] ?? ''
  const right = sign && !until.startsWith(sign) ? sign + until : until
  const left = sign && right !== until ? from.slice(1) : from
  return `${spoken(left, language)} ${language.to} ${spoken(right, language)}`
}

function isPhoneNumber(text: string): boolean {
  if (!/^\+?[\d(][\d().\- ]+$/.test(text) || !/^\+|[()\- ]|\..*\./.test(text)) return false
  const groups = text.match(/\d+/g) ?? []
  return groups.join('').length >= 7 && groups.every((group, at) => at === 0 || group.length > 1)
}

function isGrouped(text: string, language: SpokenLanguage): boolean {
  return (language.thousandsSign === '.' ? /^\d{1,3}(?:\.\d{3})+$/ : /^\d{1,3}(?:,\d{3})+$/).test(text)
}

/** Digit by digit, a pause between groups; ten digits without any are grouped as North America does. */
function phoneNumber(text: string, language: SpokenLanguage): string {
  const grouped = text.replace(/^(\+?1)?(\d{3})(\d{3})(\d{4})$/, '$1 $2 $3 $4')
  const groups = (grouped.match(/\d+/g) ?? []).map((group) => digits(group, language))
  return (text.startsWith('+') ? `${language.plus} ` : '') + groups.join(', ')
}

function digits(text: string, language: SpokenLanguage): string {
  return [...text].map((digit) => language.digits[Number(digit)]).join(' ')
}

/** Splits `1,250.50` into whole and fraction by the language's signs; a lone sign before other than three digits is decimal. */
function parsed(text: string, language: SpokenLanguage): { whole: string; fraction: string; isGrouped: boolean } {
  const last = Math.max(text.lastIndexOf('.'), text.lastIndexOf(','))
  if (last === -1) return { whole: text, fraction: '', isGrouped: false }
  const sign = text[last]!
  const isMixed = text.includes('.') && text.includes(',')
  const isRepeated = text.indexOf(sign) !== last
  const isThousands = !isMixed && text.length - last - 1 === 3 && (isRepeated || sign === language.thousandsSign)
  if (isThousands) return { whole: text.replace(/[.,]/g, ''), fraction: '', isGrouped: true }
  return { whole: text.slice(0, last).replace(/[.,]/g, ''), fraction: text.slice(last + 1), isGrouped: isMixed }
}

function spokenNumber(text: string, language: SpokenLanguage): string {
  const { whole, fraction, isGrouped } = parsed(text, language)
  if (fraction) return language.decimal(spokenWhole(whole, true, language), digits(fraction, language))
  return spokenWhole(whole, isGrouped, language)
}

/** Figures that name rather than count (postcodes, codes, leading zeros, emergency numbers) are said digit by digit. */
function spokenWhole(whole: string, isCount: boolean, language: SpokenLanguage): string {
  if (!isCount && whole.length === 10) return phoneNumber(whole, language)
  const isCode = (whole.length > 1 && whole.startsWith('0')) || whole.length > 12 || whole === '911' || whole === '988'
  if (isCode || (!isCount && (whole.length === 5 || whole.length > 6))) return digits(whole, language)
  const value = Number(whole)
  return !isCount && value >= 1_900 && value <= 2_099 ? language.year(value) : language.cardinal(value)
}

function money(sign: string, text: string, scale: string | undefined, language: SpokenLanguage): string {
  const { whole, fraction } = parsed(text, language)
  const count = Number(whole)
  if (whole.length > 12) return `${digits(whole, language)} ${language.money(sign, '', 2, null).trim()}`
  if (scale?.toLowerCase() === 'k' && !fraction && whole.length < 9) return money(sign, `${whole}000`, undefined, language)
  if (scale) return language.money(sign, `${spokenNumber(text, language)} ${scale.toLowerCase()}`, 2, null)
  const cents = fraction ? Number(fraction.padEnd(2, '0').slice(0, 2)) : null
  return language.money(sign, language.cardinal(count), count, cents)
}

/** What has no shape of its own (`B12`, `30min`, `COVID-19`): its figures are said where they stand. */
function withoutFigures(head: string, core: string, language: SpokenLanguage): string {
  return core.replace(new RegExp(String.raw`\d+(?:st|nd|rd|th)\b|${amount}`, 'g'), (figure, at: number) => {
    const previous = at === 0 ? head.at(-1) : core[at - 1]
    const next = core[at + figure.length]
    const isWordSign = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}/&+=$€£%]/u.test(character)
    return `${isWordSign(previous) ? ' ' : ''}${/[a-z]$/.test(figure) ? language.ordinal(Number.parseInt(figure, 10)) : spokenNumber(figure, language)}${isWordSign(next) ? ' ' : ''}`
  })
}
