import { Failure } from './failure.ts'

const oldestMajor = 24

/**
 * Refuses to run production code on a Node that it was never tried on.
 * @throws Failure `config-invalid`, saying which version is needed and which this is.
 */
export function requireNodeVersion(version: string): void {
  if (Number(version.split('.')[0]) >= oldestMajor) return
  throw new Failure('config-invalid', `IronVoice needs Node ${oldestMajor} or newer in production; this is Node ${version} (https://nodejs.org)`)
}
