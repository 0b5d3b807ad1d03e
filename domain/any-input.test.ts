import fc from 'fast-check'
import { damaged } from '../test/kit/damaged.ts'
import { testKnowledge } from '../test/kit/account.ts'
import { propertyRuns, propertyTimeoutMs } from '../test/kit/property-runs.ts'
import { valuesOf } from '../test/kit/schema-values.ts'
import { createReceptionist } from '../receptionist/receptionist.ts'
import { takenMessageSchema } from './conversation.ts'
import { environment, listenHost, readEnvironment } from './environment.ts'
import { knowledgeSchema } from './knowledge.ts'
import { isOpen, nextOpening } from './opening-hours.ts'
import { wrapUpSchema } from './outcome.ts'
import { ringableNumber } from './transfer-rules.ts'

const names = Object.keys(environment) as (keyof typeof environment)[]
const key = `k1:${Buffer.alloc(32, 7).toString('base64')}`
const values = [
  '', ' ', '0', '-1', '65536', '3000', '1e3', '0x10', 'NaN', 'true', 'secret-value', '__proto__', 'a\0b', 'a\nb', 'https://voice.example', 'https://voice.example///', 'https://voice.example/a?b=c#d', 'https://u:p@voice.example', 'wss://relay.example',
  'http://127.0.0.1:3000', 'http://localhost', 'http://[::1]', 'http://127.0.0.1.evil.example', 'ftp://127.0.0.1', 'javascript:alert(1)', 'postgres://x', 'postgresql:', key, `${key},${key}`, `${key},`, 'k1:AAAA', ':', `AC${'0'.repeat(32)}`, 'a@b.example', 'info', 'x'.repeat(10_000),
]
const variables = fc.dictionary(fc.constantFrom<string>(...names), fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, fc.string({ unit: 'binary' })), { maxKeys: names.length })
const knowledge = fc.oneof(fc.constant(testKnowledge()), fc.tuple(fc.constant(testKnowledge()), valuesOf(knowledgeSchema)).map(([whole, other]) => ({ ...(other as object), timeZone: whole.timeZone, hours: whole.hours, transfer: whole.transfer })))
const atMs = Date.UTC(2026, 10, 24, 20)

describe('whatever is given', () => {
  it('as an environment is complete and of use, or refused with a code and without the values', () => {
    const property = fc.property(variables, fc.subarray(names, { minLength: 1 }), (set, wanted) => {
      try {
        const config = readEnvironment(set, wanted)
        for (const name of ['PUBLIC_URL', 'RELAY_PUBLIC_URL'] as const) {
          const url = config[name as keyof typeof config] as string | undefined
          if (url === undefined) continue
          listenHost(url)
          // Paths are put behind it as it is.
          expect(new URL(`${url}/twilio/voice?a=1`)).toMatchObject({ pathname: expect.stringMatching(/\/twilio\/voice$/), search: '?a=1', hash: '', username: '' })
          expect(url).toMatch(name === 'PUBLIC_URL' ? /^https?:/ : /^wss?:/)
        }
      } catch (error) {
        expect(error).toMatchObject({ name: 'Failure', code: 'config-invalid' })
        for (const value of Object.values(set)) if (value.length > 8) expect((error as Error).message).not.toContain(value)
      }
    })
    fc.assert(property, propertyRuns(1_000))
  }, propertyTimeoutMs)

  it('as knowledge is refused with the place, or gives a receptionist', () => {
    let accepted = 0
    const property = fc.property(damaged(knowledge), (given) => {
      const read = knowledgeSchema.safeParse(given)
      if (!read.success) return expect(read.error.issues.length).toBeGreaterThan(0)
      accepted += 1
      expect(knowledgeSchema.parse(JSON.parse(JSON.stringify(read.data)))).toEqual(read.data)
      const tenant = { accountId: 'a', status: 'active', ownerEmail: 'o@a.example', knowledgeVersion: 1, knowledge: read.data } as const
      const receptionist = createReceptionist(tenant)
      expect(typeof receptionist.opening('normal')).toBe('string')
      expect(receptionist.hints.every((hint) => typeof hint === 'string')).toBe(true)
      isOpen(read.data.hours, read.data.timeZone, atMs)
      nextOpening(read.data.hours, read.data.timeZone, atMs)
      ringableNumber(read.data, '+12065550100', atMs)
    })
    fc.assert(property, propertyRuns(100))
    expect(accepted).toBeGreaterThan(0)
  }, propertyTimeoutMs)

  it.each([
    ['an answer of the wrap-up', wrapUpSchema],
    ['a message that a caller leaves', takenMessageSchema],
  ])('as %s is refused, or comes out in its form', (_, schema) => {
    const property = fc.property(damaged(valuesOf(schema)), (given) => {
      const read = schema.safeParse(given)
      if (read.success) expect(schema.parse(read.data)).toEqual(read.data)
    })
    fc.assert(property, propertyRuns(1_000))
  }, propertyTimeoutMs)
})
