import { termsOf } from './terms.ts'

export interface KnownPassage {
  title: string
  text: string
  terms: Set<string>
  titleTerms: Set<string>
}

const region = /<((?:\w+_)?(?:knowledge|facts|context|passages|documents?)(?:_\w+)?)\b[^>]*>([\s\S]*?)<\/\1>/gi
const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const imperative = /^(?:you\b|never|always|do not|don't|dont|speak|say|answer|ask|offer|call|keep|be|use|if|when|only|note:?$)/i

/**
 * What the system messages know: what they delimit as knowledge (or all of them, where nothing is delimited), cut at
 * headings and blank lines, and the facts that later ones state line by line. Instructions are left out.
 */
export function passagesIn(systemTexts: string[]): KnownPassage[] {
  const all = systemTexts.join('\n')
  const regions = [...all.matchAll(region)].map((match) => match[2]!).filter((text) => text.length > 20)
  const blocks = (regions.length > 0 ? regions : systemTexts).flatMap((text) => text.split(/\n(?=#{1,4} )|\n\s*\n/))
  const notes = systemTexts.slice(1).flatMap((text) => text.replace(region, '').split('\n'))
  return [...blocks.map(readBlock), ...notes.map((line) => ({ title: '', text: line.replace(/^[-*•]\s*/, '').trim() }))]
    .filter(({ title, text }) => text !== '' && !(title === '' && (imperative.test(text) || /offer to/i.test(text))))
    .map(({ title, text }) => ({ title, text, terms: new Set(termsOf(`${title} ${text} ${spannedDays(text)}`)), titleTerms: new Set(termsOf(title)) }))
}

function readBlock(block: string): { title: string; text: string } {
  const [first = '', ...rest] = block.trim().split('\n')
  const heading = /^#{1,4}\s*(.+)$/.exec(first) ?? /^(?:[-*•]\s*)?Q(?:uestion)?:\s*(.+)$/i.exec(first) ?? (rest.length > 0 ? /^(.{3,120}[?:])$/.exec(first) : null)
  const body = heading ? rest.join(' ') : [first, ...rest].join(' ')
  return { title: heading?.[1]?.replace(/:$/, '') ?? '', text: body.replace(/^A(?:nswer)?:\s*/i, '').replace(/^[-*•]\s*/, '').trim() }
}

/** The days that `Monday to Wednesday` spans without naming them. */
function spannedDays(text: string): string {
  const spans = [...text.matchAll(/\b(\w+day) (?:to|through|until|-|–) (\w+day)\b/gi)]
  return spans
    .flatMap((match) => weekdays.slice(weekdays.indexOf(match[1]!.toLowerCase()), weekdays.indexOf(match[2]!.toLowerCase()) + 1))
    .join(' ')
}

/** `today` and `tomorrow` as weekdays, where the system messages say which day it is. */
export function resolveDays(question: string, systemTexts: string[]): string {
  const today = weekdays.indexOf(/\b(?:it is|today is) (\w+day)\b/i.exec(systemTexts.join('\n'))?.[1]?.toLowerCase() ?? '')
  return today < 0 ? question : question.replace(/\btomorrow\b/gi, weekdays[(today + 1) % 7]!)
}

/** Sentences that hold the day asked for, spans counted. */
export const mentions = (sentence: string, terms: Iterable<string>): boolean => {
  const held = new Set(termsOf(`${sentence} ${spannedDays(sentence)}`))
  return [...terms].some((term) => held.has(term))
}

const dayTerms = new Set(termsOf(weekdays.join(' ')))
export const daysIn = (terms: string[]): string[] => terms.filter((term) => dayTerms.has(term))
