import { requireNodeVersion } from './node-version.ts'

describe('requireNodeVersion', () => {
  it.each(['24.0.0', '24.21.0', '26.1.0'])('lets Node %s run', (version) => {
    expect(() => requireNodeVersion(version)).not.toThrow()
  })

  it.each(['18.20.8', '20.19.4', '23.11.1'])('refuses Node %s, saying what is needed', (version) => {
    expect(() => requireNodeVersion(version)).toThrow(`needs Node 24 or newer in production; this is Node ${version}`)
  })
})
