import { Failure } from '../domain/failure.ts'

const loopbackHosts = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * How a connection to the database is encrypted: always, and with a certificate that is checked, unless it stays on
 * this machine. `sslmode=no-verify` in the URL forgoes the check (private authorities go into NODE_EXTRA_CA_CERTS).
 * The ORM itself ignores the URL's parameters, so nothing but this encrypts.
 * @throws Failure `config-invalid` when the URL asks for clear text to another machine
 */
export function tlsFor(url: string): false | { rejectUnauthorized: boolean } {
  const { hostname, searchParams } = new URL(url)
  const mode = searchParams.get('sslmode')
  if (loopbackHosts.has(hostname) && (mode === null || mode === 'disable' || mode === 'prefer')) return false
  if (mode === 'disable') throw new Failure('config-invalid', 'The database on another machine must be reached by TLS')
  return { rejectUnauthorized: mode !== 'no-verify' }
}
