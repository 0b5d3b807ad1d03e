import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'

const tag = { integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, text: 0x0c, time: 0x18, sequence: 0x30, set: 0x31, version: 0xa0, extensions: 0xa3 }
const oid = { ecdsaWithSha256: '2a8648ce3d040302', commonName: '550403', subjectAltName: '551d11' }

/** One DER element (X.690): tag, length, contents. */
function der(tag: number, ...contents: Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  const { length } = body
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...size), body])
}

const object = (hex: string) => der(tag.oid, Buffer.from(hex, 'hex'))
const name = (text: string) => der(tag.sequence, der(tag.set, der(tag.sequence, object(oid.commonName), der(tag.text, Buffer.from(text)))))
const time = (text: string) => der(tag.time, Buffer.from(text))

/** A certificate for `localhost` and 127.0.0.1 (RFC 5280) that vouches for itself, made anew so that no key lies about. PEM. */
export function createCertificate(): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  // Issuers are looked up by name: each certificate has one of its own.
  const issuer = name(`IronVoice tests ${randomUUID()}`)
  const algorithm = der(tag.sequence, object(oid.ecdsaWithSha256))
  const names = der(tag.sequence, der(0x82, Buffer.from('localhost')), der(0x87, Buffer.of(127, 0, 0, 1)))
  const signed = der(
    tag.sequence,
    der(tag.version, der(tag.integer, Buffer.of(2))),
    der(tag.integer, Buffer.of(1)),
    algorithm,
    issuer,
    der(tag.sequence, time('20200101000000Z'), time('21000101000000Z')),
    issuer,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(tag.extensions, der(tag.sequence, der(tag.sequence, object(oid.subjectAltName), der(tag.octets, names)))),
  )
  const signature = der(tag.bits, Buffer.of(0), sign('sha256', signed, privateKey))
  const body = der(tag.sequence, signed, algorithm, signature).toString('base64').replace(/.{64}/g, '$&\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
  }
}
