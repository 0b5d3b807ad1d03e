import { knowledgeSchema } from '../domain/knowledge.ts'
import { isOpen } from '../domain/opening-hours.ts'
import { isSafeToDial } from '../domain/phone-number.ts'
import { demoKnowledge } from './demo-knowledge.ts'
import { demoTenant } from './demo-tenant.ts'

const { hours, timeZone, ...knowledge } = knowledgeSchema.parse(demoKnowledge(Date.parse('2026-11-24T12:00:00Z')))
const isOpenAt = (localTime: string) => isOpen(hours, timeZone, Date.parse(localTime))

describe('the demo\'s business', () => {
  it('keeps its hours, and its holidays', () => {
    expect(isOpenAt('2026-11-28T10:00-08:00')).toBe(true) // a Saturday
    expect(isOpenAt('2026-11-26T10:00-08:00')).toBe(false) // Thanksgiving, a Thursday
    expect(isOpenAt('2027-11-25T10:00-08:00')).toBe(false)
    expect(isOpenAt('2026-12-24T11:30-08:00')).toBe(true)
    expect(isOpenAt('2026-12-24T12:30-08:00')).toBe(false)
  })

  it('is nobody\'s: its numbers are of the block for fiction, and yet such as production takes', () => {
    for (const number of [demoTenant.number, demoTenant.transferNumber, demoTenant.callerNumber]) {
      expect(number).toMatch(/^\+1\d{3}55501\d\d$/)
      expect(isSafeToDial(number)).toBe(true)
    }
    expect(knowledge.transfer.number).toBe(demoTenant.transferNumber)
  })

  it('names each of its answers once', () => {
    const ids = knowledge.faqs.map(({ id }) => id)
    expect(ids.length).toBeGreaterThanOrEqual(25)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
