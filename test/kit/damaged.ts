import fc from 'fast-check'

/** What no border expects in a place: of another type, empty, giant, or with a name or a character that trips something. */
const oddities: unknown[] = [
  null, true, 0, -1, 1.5, 1e21, Number.MAX_SAFE_INTEGER + 2, '', ' ', '\0', 'a\0b', '\ud800', '\udfff\ud800', '\u202e', '\uffff', '__proto__', 'constructor', '${7*7}', "'; drop table account; --",
  '</transcript>', '%00', '%zz', '-1', '1e9', 'NaN', 'x'.repeat(10_000), [], [null], {}, [[[[[[[[]]]]]]]], JSON.parse('{"__proto__":{"isAdmin":true}}'), { toString: 1, valueOf: null }, { length: 1e9 }, Array(2_000).fill(''),
]
const oddNames = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '', '\0', 'then', 'toJSON']

interface Damage {
  place: number
  kind: 'replace' | 'remove' | 'add' | 'repeat'
  value: unknown
  name: string
}
const damage: fc.Arbitrary<Damage> = fc.record({
  place: fc.nat(),
  kind: fc.constantFrom('replace', 'replace', 'remove', 'add', 'repeat'),
  value: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...oddities) }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) }),
  name: fc.oneof(fc.constantFrom(...oddNames), fc.string()),
})

/** JSON values with up to `most` things wrong, each somewhere: replaced, missing, added, or there many times. */
export const damaged = (whole: fc.Arbitrary<unknown>, most = 2): fc.Arbitrary<unknown> =>
  fc.tuple(whole, fc.array(damage, { maxLength: most })).map(([value, damages]) => damages.reduce(harm, copied(value)))

type Holder = Record<string, unknown> | unknown[]

/** Not by structuredClone, which gives `__proto__` its meaning. */
const copied = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null')

function harm(whole: unknown, { place, kind, value: shared, name }: Damage): unknown {
  const value = copied(shared)
  const places = placesIn(whole)
  if (places.length === 0) return value
  const [holder, key] = places[place % places.length]!
  if (kind === 'remove') delete (holder as Record<string, unknown>)[key]
  else if (kind === 'replace') put(holder, key, value)
  else if (kind === 'add') put(holder, Array.isArray(holder) ? String(holder.length) : name, value)
  else {
    const old = (holder as Record<string, unknown>)[key]
    put(holder, key, typeof old === 'string' ? old.repeat(1_000).slice(0, 100_000) : Array(1_000).fill(old))
  }
  return whole
}

/** As JSON.parse does it: `__proto__` is a name like any other. */
function put(holder: Holder, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
}

function placesIn(value: unknown): [Holder, string][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]): [Holder, string][] => [[value as Holder, key], ...placesIn(member)])
}
