import { e164Schema, isSafeToDial, maskPhoneNumber } from './phone-number.ts'

describe('phone numbers', () => {
  it.each(['+12025550143x', '12025550143', '+0123456789', '+1', '', '+1202555014300000'])('%j is not E.164', (text) => {
    expect(e164Schema.safeParse(text).success).toBe(false)
  })

  it('premium-rate and shared-cost numbers are never dialled for a tenant', () => {
    expect(isSafeToDial('+442079460958')).toBe(true)
    expect(isSafeToDial('+12125550143')).toBe(true)
    expect(isSafeToDial('+449098790000')).toBe(false)
    expect(isSafeToDial('+448431234567')).toBe(false)
    expect(isSafeToDial('+19002345678')).toBe(false)
  })

  it('a masked number keeps too little to call it', () => {
    expect(maskPhoneNumber('+12125550143')).toBe('+1••••••••43')
  })
})
