import { tlsFor } from './tls.ts'

describe('P-tls: the database', () => {
  it.each([
    ['postgres://a:b@127.0.0.1:5432/c', false],
    ['postgres://a:b@localhost/c', false],
    ['postgres://a:b@[::1]/c?sslmode=disable', false],
    ['postgres://a:b@localhost/c?sslmode=require', { rejectUnauthorized: true }],
    ['postgres://a:b@db.example/c', { rejectUnauthorized: true }],
    ['postgres://a:b@db.example/c?sslmode=prefer', { rejectUnauthorized: true }],
    ['postgres://a:b@127.0.0.1.example/c', { rejectUnauthorized: true }],
    ['postgres://a:b@db.example/c?sslmode=no-verify', { rejectUnauthorized: false }],
  ])('%s', (url, tls) => {
    expect(tlsFor(url)).toEqual(tls)
  })

  it('on another machine is never reached in clear text', () => {
    expect(() => tlsFor('postgres://a:b@db.example/c?sslmode=disable')).toThrow(/must be reached by TLS/)
  })
})
