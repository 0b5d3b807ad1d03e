import { spokenEnglish } from './spoken-english.ts'
import { spokenFrench } from './spoken-french.ts'
import { spokenGerman } from './spoken-german.ts'
import type { SpokenLanguage } from './spoken-language.ts'
import { spokenSpanish } from './spoken-spanish.ts'
import { isFigure, isPhoneGroup, spokenWord } from './spoken-word.ts'

const languages: Record<string, SpokenLanguage> = { en: spokenEnglish, es: spokenSpanish, fr: spokenFrench, de: spokenGerman }

/** ITU-T E.164; figures after as many are another number. */
const maxPhoneDigits = 15

/** Turns text into the words that people say, piece by piece. The concatenation of all that comes out depends only on the concatenation of all that went in. */
export interface SpokenStream {
  /** Returns what can be said of it now. Letters leave at once; other words when they are whole; figures when the word after them is known not to belong to them. */
  write(text: string): string
  /** Returns what was held back. */
  end(): string
}

export function createSpokenStream(languageTag: string): SpokenStream {
  const language = languages[languageTag.slice(0, 2).toLowerCase()]
  let held = ''
  let head = ''
  let last = ''

  const emit = (text: string) => {
    const said = last === ' ' || last === '' ? text.trimStart() : text
    last = said.at(-1) ?? last
    return said
  }

  const drain = (isEnd: boolean): string => {
    let out = ''
    for (;;) {
      const space = /^\s+/.exec(held)?.[0]
      if (space) {
        held = held.slice(space.length)
        head = ''
        out += emit(' ')
        continue
      }
      const letters = /^[\p{L}\p{M}]+/u.exec(held)?.[0] ?? ''
      if (letters && !(head === '' && mayBeAddress(held, isEnd))) {
        held = held.slice(letters.length)
        head += letters
        out += emit(letters)
        continue
      }
      const unit = nextUnit(held, head, language?.scales ?? [], isEnd)
      if (unit === null) return out
      held = held.slice(unit.length)
      out += emit(language ? saidUnit(unit, head, language) : unit.replace(/[<>]/g, ''))
      head += unit
    }
  }

  return {
    write(text) {
      held += text
      return drain(false)
    },
    end: () => drain(true),
  }
}

/** The whole text as people say it, in the language of a BCP 47 tag; figures stay as they are in a language without words here. */
export function spokenForm(text: string, languageTag: string): string {
  const stream = createSpokenStream(languageTag)
  return stream.write(text) + stream.end()
}

/** A web address is said without its `https://www.`, so its first letters can't leave before the rest. */
function mayBeAddress(held: string, isEnd: boolean): boolean {
  const word = /^\S+/.exec(held)![0].toLowerCase()
  if (/^(?:www\.|https?:\/\/)/.test(word)) return true
  return !isEnd && word.length === held.length && ['www.', 'http://', 'https://'].some((start) => start.startsWith(word))
}

/** The word that `held` begins with, and for a figure the words that belong to it; null until that is known. */
function nextUnit(held: string, head: string, scales: readonly string[], isEnd: boolean): string | null {
  const word = wholeWord(held, isEnd)
  if (!word) return null
  if (head !== '' || !isFigure(word)) return word
  for (let unit = word; ; ) {
    const space = /^\s*/.exec(held.slice(unit.length))![0]
    const next = held.slice(unit.length + space.length)
    if (next === '') return isEnd ? unit : null
    const follower = followerOf(unit, next, scales, isEnd)
    if (follower === undefined) return null
    if (follower === null) return unit
    unit += space + follower
    if (!isPhoneGroup(follower) || unit.replace(/\D/g, '').length >= maxPhoneDigits) return unit
  }
}

/** The word of `next` that belongs to the figure before it; null for none, undefined when more must be read to know. */
function followerOf(figure: string, next: string, scales: readonly string[], isEnd: boolean): string | null | undefined {
  if (/[.,;:!?]$/.test(figure)) return null
  if (/^[-–—]/.test(next)) {
    const until = /^[-–—](?:\s+(\S)|\S)/.exec(next)
    if (!until) return isEnd ? null : undefined
    return until[1] && isFigure(until[1].replace(/[$€£]/, '0')) ? next[0]! : null
  }
  const word = wholeWord(next, isEnd)
  if (/^[\d(]/.test(next) && isPhoneGroup(lastWord(figure))) {
    return word === null ? undefined : isPhoneGroup(word.replace(sentenceEnd, '')) ? word : null
  }
  const followers = /^[$€£]/.test(figure) ? scales : /^\d{1,2}(?::\d\d)?$/.test(figure) ? [...halves, ...signs] : signs
  const partial = (word ?? next).toLowerCase()
  if (word === null) return followers.some((follower) => follower.startsWith(partial.replace(sentenceEnd, ''))) ? undefined : null
  return followers.includes(partial.replace(sentenceEnd, '')) ? word : null
}

function wholeWord(held: string, isEnd: boolean): string | null {
  const word = /^\S*/.exec(held)![0]
  return word.length < held.length || isEnd ? word : null
}

function saidUnit(unit: string, head: string, language: SpokenLanguage): string {
  const parts = unit.split(/\s+/)
  const until = /^[-–—]$/.test(parts.at(-1)!) && parts.length > 1
  if (until) return `${spokenWord(parts[0]!, head, language)} ${language.to}`
  const isRun = parts.length > 1 && /^[\d(]/.test(parts[1]!)
  if (isRun && unit.replace(/\D/g, '').length < 7) return parts.map((part) => spokenWord(part, '', language)).join(' ')
  return spokenWord(parts.join(' '), head, language)
}

const sentenceEnd = /[.,;:!?]+$/
const halves = ['am', 'pm', 'a.m', 'p.m']
const signs = ['$', '€', '£', '%']
const lastWord = (text: string) => text.split(/\s/).at(-1)!
