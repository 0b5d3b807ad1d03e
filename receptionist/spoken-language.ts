/** How one language says what is written in figures and signs. */
export interface SpokenLanguage {
  digits: readonly string[]
  at: string
  dot: string
  slash: string
  dash: string
  underscore: string
  plus: string
  and: string
  to: string
  per: string
  percent: string
  about: string
  number: string
  /** The sign between thousands: `,` where `.` is the decimal sign, and the other way round. */
  thousandsSign: ',' | '.'
  /** Words that scale the number before them ("5 million"). */
  scales: readonly string[]
  /** 0 up to 999,999,999,999. */
  cardinal(value: number): string
  /** A bare four-digit number that may be a year. */
  year(value: number): string
  ordinal(value: number): string
  decimal(whole: string, fraction: string): string
  /** `cents` null when none were written. `whole` in words, `count` its value (0 with cents: only cents are said). */
  money(sign: string, whole: string, count: number, cents: number | null): string
  clock(hour: number, minute: number, half: 'am' | 'pm' | null): string
  date(month: number, day: number, year: number | null): string
}

/** 1,250,000 as groups of thousands: `[[1, 2], [250, 1], [0, 0]]`, value and power of a thousand. */
export function thousands(value: number): [number, number][] {
  const groups: [number, number][] = []
  for (let power = 0, left = value; left > 0; power += 1, left = Math.floor(left / 1_000)) groups.unshift([left % 1_000, power])
  return groups.filter(([group]) => group > 0)
}
