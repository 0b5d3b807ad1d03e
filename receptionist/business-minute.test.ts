import { testTenant } from '../test/kit/scripted-turn.ts'
import { createBusinessClock } from './business-minute.ts'

const tenant = (weekly: object) =>
  testTenant({ hours: { ...testTenant().knowledge.hours, ...weekly }, transfer: { number: '+12065550143', when: 'open-hours' } }).knowledge
const closesAtMs = Date.UTC(2026, 0, 8, 1, 0)

it('what is true of a business is worked out once a minute, and changes with the minute in which it opens or closes', () => {
  const minuteAt = createBusinessClock(tenant({}))
  const before = minuteAt(closesAtMs - 60_000)
  expect(minuteAt(closesAtMs - 1)).toBe(before)
  expect(before).toMatchObject({ isTransferAllowed: true, lines: expect.arrayContaining(['The business is open now.']) })
  const after = minuteAt(closesAtMs)
  expect(after).toMatchObject({ isTransferAllowed: false, lines: expect.arrayContaining(['The business is closed now.']) })
  expect(minuteAt(closesAtMs - 1)).toEqual(before)
})
