import { randomBytes } from 'node:crypto'
import { createPayloadCipher } from './payload-cipher.ts'

const key = (id: string) => ({ id, key: new Uint8Array(randomBytes(32)) })
const old = key('old')
const words = Buffer.from('"Ann Lee called from +14155550101"')
const payload = { metadata: { encoding: Buffer.from('json/plain') }, data: words }

describe('the payload cipher', () => {
  it('gives back what it enciphered, also after the key was rotated', async () => {
    const [sealed] = await createPayloadCipher([old]).encode([payload])
    const [opened] = await createPayloadCipher([key('new'), old]).decode([sealed!])
    expect(opened).toEqual(payload)
  })

  it('shows neither words nor their encoding, and never the same bytes twice', async () => {
    const sealed = await createPayloadCipher([old]).encode([payload, payload])
    const bytes = sealed.map(({ data }) => Buffer.from(data!).toString('latin1'))
    expect(bytes[0]).not.toBe(bytes[1])
    expect(JSON.stringify(sealed) + bytes.join('')).not.toMatch(/Ann|4155550101|json\/plain/)
  })

  it.each([0, 12, -1])('refuses a payload of which byte %d was changed', async (index) => {
    const cipher = createPayloadCipher([old])
    const [sealed] = await cipher.encode([payload])
    const data = Buffer.from(sealed!.data!)
    data[index < 0 ? data.length + index : index]! ^= 1
    await expect(cipher.decode([{ ...sealed, data }])).rejects.toMatchObject({ code: 'internal' })
  })

  it('names the key that is missing', async () => {
    const [sealed] = await createPayloadCipher([old]).encode([payload])
    await expect(createPayloadCipher([key('new')]).decode([sealed!])).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('old'),
    })
  })

  it("passes the server's own payloads through", async () => {
    expect(await createPayloadCipher([old]).decode([payload])).toEqual([payload])
  })
})
