import { readRetryAfter, vendorFailure } from './vendor-failure.ts'

describe("a vendor's answer", () => {
  it.each([
    [undefined, 'vendor-unavailable'],
    [429, 'vendor-rate-limited'],
    [408, 'vendor-unavailable'],
    [409, 'vendor-unavailable'],
    [500, 'vendor-unavailable'],
    [503, 'vendor-unavailable'],
    [400, 'vendor-refused'],
    [401, 'vendor-refused'],
    [422, 'vendor-refused'],
  ])('%p is %s', (status, code) => {
    expect(vendorFailure('Vendor', status)).toMatchObject({ code })
  })

  it('keeps when to come back', () => {
    expect(vendorFailure('Vendor', 503, new Headers({ 'Retry-After': '7' }))).toMatchObject({ retryAfterMs: 7_000 })
  })
})

describe('Retry-After', () => {
  const nowMs = Date.parse('2026-11-24T10:00:00Z')
  it.each([
    [null, undefined],
    ['', undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['120', 120_000],
    ['Tue, 24 Nov 2026 10:00:30 GMT', 30_000],
    ['Tue, 24 Nov 2026 09:00:00 GMT', undefined],
  ])('%p is %p ms', (value, expected) => {
    expect(readRetryAfter(value, nowMs)).toBe(expected)
  })
})
