import { once } from 'node:events'
import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { callBounds } from '../domain/call-bounds.ts'
import { securityHeaders } from '../domain/security-headers.ts'
import { upgradeRequest } from '../test/kit/crowd.ts'
import { createRelayWorld, newSessionId, signHandshake, type RelayWorld, type RunningRelay, type TestCall } from '../test/kit/running-relay.ts'
import { execute } from '../test/kit/sql.ts'
import { until } from '../test/kit/until.ts'
import { relayBounds } from './relay-bounds.ts'

const always = { ...securityHeaders, 'Strict-Transport-Security': 'max-age=63072000; includeSubDomains' }

describe("the relay's border", () => {
  let world: RelayWorld
  let relay: RunningRelay

  beforeAll(async () => {
    world = await createRelayWorld()
    relay = await world.startRelay()
  })
  afterAll(() => world.stop())

  /** What the wire holds, to the end of the connection. */
  async function raw(request: string): Promise<{ status: number; head: string; body: string }> {
    const socket = connect(relay.port, '127.0.0.1')
    socket.write(request)
    const [head = '', body = ''] = Buffer.concat(await Array.fromAsync(socket)).toString().split('\r\n\r\n')
    return { status: Number(head.split(' ')[1]), head, body }
  }
  const upgrade = (path: string, headers: Record<string, string>) => raw(upgradeRequest(path, headers))
  const expectHeaders = (head: string) => {
    for (const [name, value] of Object.entries(always)) expect(head.toLowerCase()).toContain(`${name}: ${value}`.toLowerCase())
  }
  /** A call whose session has begun. */
  async function begun(call: TestCall) {
    const phone = await relay.call(call)
    await until(async () => (await world.transcriptOf(call)).length > 0)
    return phone
  }
  const storedRows = async () => {
    const [row] = await execute<{ count: string }>(
      world.adminUrl,
      'select (select count(*) from relay_session) + (select count(*) from message) as count',
    )
    return Number(row!.count)
  }

  it.each([
    ['unsigned', '/voice', {}, 403, 'signature-invalid'],
    ['signed by somebody else', '/voice', { 'X-Twilio-Signature': signHandshake(undefined, 'another-auth-token') }, 403, 'signature-invalid'],
    ['signed for another host', '/voice', { 'X-Twilio-Signature': signHandshake('wss://relay.elsewhere.test/voice') }, 403, 'signature-invalid'],
    ['signed for another path', '/voice', { 'X-Twilio-Signature': signHandshake('wss://relay.ironvoice.test/chat') }, 403, 'signature-invalid'],
    ['with a query that is not signed', '/voice?a=1', { 'X-Twilio-Signature': signHandshake() }, 403, 'signature-invalid'],
    ['to another path', '/other', { 'X-Twilio-Signature': signHandshake('wss://relay.ironvoice.test/other') }, 404, 'not-found'],
    ['of another protocol', '/voice', { 'X-Twilio-Signature': signHandshake(), Upgrade: 'h2c' }, 400, 'request-malformed'],
    ['without a key', '/voice', { 'X-Twilio-Signature': signHandshake(), 'Sec-WebSocket-Key': '' }, 400, 'request-malformed'],
  ])('P-twilio-signature P-headers: a handshake %s is refused, with all headers and nothing stored', async (_, path, headers, status, code) => {
    const before = await storedRows()
    const refusals = await relay.metric('ironvoice_relay_refusals_total')
    const answer = await upgrade(path, headers)
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.body)).toMatchObject({ status, code })
    expectHeaders(answer.head)
    expect(await storedRows()).toBe(before)
    expect(await relay.metric('ironvoice_relay_refusals_total')).toBe(refusals + 1)
  })

  it('P-headers: every other answer bears them too, the ones that Node gives by itself included', async () => {
    const requests = [
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      'GET /voice HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      'POST /voice HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nConnection: close\r\n\r\nabcd',
      'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      'GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      'GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      'GET / HTTP/1.1\r\nConnection: close\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nExpect: much\r\nConnection: close\r\n\r\n',
      'NONSENSE\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: a\r\nX-Big: ${'x'.repeat(40_000)}\r\n\r\n`,
    ]
    const answers = await Promise.all(requests.map(raw))
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 200, 200, 200, 404, 404, 400, 400, 413])
    for (const { head } of answers) expectHeaders(head)
  })

  it('P-headers: the upgrade itself bears them', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${relay.port}/voice`, { headers: { 'X-Twilio-Signature': signHandshake() } })
    const [[response]] = await Promise.all([once(socket, 'upgrade'), once(socket, 'open')])
    for (const [name, value] of Object.entries(always)) expect(response.headers[name.toLowerCase()]).toBe(value)
    expect(socket.extensions).toBe('')
    socket.terminate()
  })

  describe('a set-up', () => {
    const setupOf = ({ callSid, sessionId, token }: TestCall) => ({ type: 'setup', callSid, sessionId, customParameters: { token } })

    async function expectRefusal(setup: object | string, code: string, closeCode = 1008) {
      const before = await storedRows()
      const phone = await relay.connect()
      phone.send(setup)
      expect(await phone.closed()).toEqual({ code: closeCode, reason: code })
      expect(phone.frames).toEqual([])
      expect(await storedRows()).toBe(before)
    }

    it.each<[string, (call: TestCall) => object | Promise<object>, string]>([
      ['without a token', (call) => ({ ...setupOf(call), customParameters: {} }), 'token-invalid'],
      ['without parameters', (call) => ({ ...setupOf(call), customParameters: undefined }), 'token-invalid'],
      ['with a token that is no text', (call) => ({ ...setupOf(call), customParameters: { token: { a: 1 } } }), 'token-invalid'],
      ['with nonsense for a token', (call) => ({ ...setupOf(call), customParameters: { token: 'nonsense' } }), 'token-invalid'],
      ['with a huge token', (call) => ({ ...setupOf(call), customParameters: { token: 'x'.repeat(50_000) } }), 'token-invalid'],
      ['with a forged token', (call) => ({ ...setupOf(call), customParameters: { token: forged(call.token) } }), 'token-invalid'],
      ["with another call's token", async (call) => ({ ...setupOf(call), customParameters: { token: (await world.openCall()).token } }), 'token-invalid'],
      ['with a token for a conversation that there is not', async (call) => ({ ...setupOf(call), customParameters: { token: await world.tokenFor({ ...call, conversationId: call.accountId }) } }), 'token-used'],
      ["with a token that names another account's conversation", async (call) => ({ ...setupOf(call), customParameters: { token: await world.tokenFor({ ...call, accountId: (await world.openCall()).accountId }) } }), 'token-used'],
      ['whose call SID is none', (call) => ({ ...setupOf(call), callSid: 'CA1' }), 'request-malformed'],
      ['whose session has no id', (call) => ({ ...setupOf(call), sessionId: '' }), 'request-malformed'],
      ['that is something else', () => ({ type: 'prompt', voicePrompt: 'Hello', last: true }), 'request-malformed'],
    ])('%s is refused, and nothing is stored', async (_, make, code) => {
      await expectRefusal(await make(await world.openCall()), code)
    })

    it('with a token that waited too long is refused, and nothing is stored', async () => {
      const call = await world.openCall()
      world.clock.advance(callBounds.relayTokenTtlMs + 60_000)
      await expectRefusal(setupOf(call), 'token-invalid')
    })

    it('with a token that another session used is refused, and that session goes on', async () => {
      const call = await world.openCall()
      const phone = await begun(call)
      await expectRefusal(setupOf({ ...call, sessionId: newSessionId() }), 'token-used')
      phone.prompt('Do you sell helmets?')
      const model = await world.model.next()
      model.say('Yes.')
      model.end()
      await phone.heard('Yes.')
      await phone.drop()
    })

    it('that does not come is not waited for', async () => {
      const phone = await relay.connect()
      world.clock.advance(relayBounds.setupMs)
      expect(await phone.closed()).toEqual({ code: 1008, reason: 'request-malformed' })
    })

    it('lets what comes right behind it wait until it holds', async () => {
      const call = await world.openCall()
      const phone = await relay.call(call)
      phone.prompt('Hello there')
      const model = await world.model.next()
      expect(model.heard).toEqual(['Hello there'])
      model.say('Good morning.')
      model.end()
      await phone.heard('Good morning.')
      await phone.drop()
    })
  })

  describe('frames', () => {
    const frames: [string, string | Buffer, object][] = [
      ['no JSON', '{"type":"prompt"', { malformed: 1 }],
      ['no object', '[1,2]', { malformed: 1 }],
      ['null', 'null', { malformed: 1 }],
      ['no type', '{"voicePrompt":"Hi"}', { malformed: 1 }],
      ['a type that is no text', '{"type":7}', { malformed: 1 }],
      ['an inherited type', '{"type":"constructor"}', { ignored: 1 }],
      ['a new type', '{"type":"weather","value":1}', { ignored: 1 }],
      ['a prompt without words', '{"type":"prompt","last":true}', { malformed: 1 }],
      ['a prompt of another type', '{"type":"prompt","voicePrompt":{"a":1},"last":true}', { malformed: 1 }],
      ['an empty prompt', '{"type":"prompt","voicePrompt":" \\u0000 ","last":true}', { ignored: 1 }],
      ['a prompt that may still change, where none is wanted', '{"type":"prompt","voicePrompt":"Hi","last":false}', { ignored: 1 }],
      ['a key that there is not', '{"type":"dtmf","digit":"12"}', { malformed: 1 }],
      ['an interruption of another type', '{"type":"interrupt","utteranceUntilInterrupt":5}', { malformed: 1 }],
      ['an interruption with text for a number', '{"type":"interrupt","utteranceUntilInterrupt":"","durationUntilInterruptMs":"460"}', {}],
      ['an interruption without anything', '{"type":"interrupt"}', {}],
      ['information without a name', '{"type":"info","value":"on"}', { malformed: 1 }],
      ['information of an unknown name', '{"type":"info","name":"weather","value":{"a":[1]}}', {}],
      ['an error', '{"type":"error","description":"Invalid message received: {\\"token\\":\\"Zoe\\"}"}', {}],
      ['bytes', Buffer.from([1, 2, 3]), { malformed: 1 }],
      ['a second set-up', '{"type":"setup","sessionId":"VX1","callSid":"CA00000000000000000000000000000000"}', { ignored: 1 }],
    ]
    const counts = async () => ({
      malformed: await relay.metric('ironvoice_relay_frames_malformed_total'),
      ignored: await relay.metric('ironvoice_relay_frames_ignored_total'),
    })

    it('that can not be used are counted, and the call goes on as if they had not come', async () => {
      const phone = await begun(await world.openCall({ knowledge: { voice: { isEager: false } } }))
      for (const [what, frame, { malformed = 0, ignored = 0 }] of frames as [string, string, { malformed?: number; ignored?: number }][]) {
        const before = await counts()
        phone.socket.send(frame)
        await phone.settled()
        const after = await counts()
        expect([what, after.malformed - before.malformed, after.ignored - before.ignored]).toEqual([what, malformed, ignored])
      }
      phone.prompt('Do you sell helmets?')
      const model = await world.model.next()
      model.say('Yes.')
      model.end()
      await phone.heard('Yes.')
      expect(phone.spoken()).toBe('Yes.')
      expect(relay.logs.join('')).not.toContain('Zoe')
      await phone.drop()
    })

    it('that repeat a prompt within a moment are one prompt', async () => {
      const call = await world.openCall()
      const phone = await relay.call(call)
      const asked = world.model.exchanges.length
      for (let times = 0; times < 3; times += 1) phone.prompt('Do you sell helmets?')
      const model = await world.model.next()
      model.say('Yes.')
      model.end()
      await phone.heard('Yes.')
      await phone.settled()
      expect(world.model.exchanges.length - asked).toBe(1)
      await world.transcriptIs(call, ['receptionist: Harbour Bicycles, how can I help?', 'caller: Do you sell helmets?', 'receptionist: Yes.'])
      await phone.drop()
    })

    it('with hostile text are kept as text that PostgreSQL takes', async () => {
      const call = await world.openCall()
      const phone = await relay.call(call)
      phone.send('{"type":"prompt","voicePrompt":"a\\u0000b \\ud800 \\u001b[31m c","last":true,"lang":null,"more":1}')
      const model = await world.model.next()
      model.say('Pardon?')
      model.end()
      await until(async () => (await world.transcriptOf(call)).some(({ text }) => text === 'a b \ufffd [31m c'))
      await phone.drop()
    })

    it('ten in a row that can not be read end the socket, nine and a good one do not', async () => {
      const phone = await relay.call(await world.openCall())
      for (let times = 0; times < 2; times += 1) {
        for (let bad = 1; bad < relayBounds.maxMalformedInARow; bad += 1) phone.send('{')
        phone.info('configUpdated', '')
      }
      await phone.settled()
      expect(phone.socket.readyState).toBe(WebSocket.OPEN)
      for (let bad = 0; bad < relayBounds.maxMalformedInARow; bad += 1) phone.send('{')
      expect((await phone.closed()).code).toBe(1007)
    })

    it('that are too large end the socket, and leave no half-written state', async () => {
      const call = await world.openCall()
      const phone = await begun(call)
      phone.send({ type: 'prompt', voicePrompt: 'x'.repeat(callBounds.maxFrameBytes), last: true })
      expect((await phone.closed()).code).toBe(1009)
      expect(await world.transcriptOf(call)).toHaveLength(1)
    })
  })

  it('sockets are pinged each in its own time, not all at once', async () => {
    const pings: string[] = []
    const connect = async (name: string) => (await begun(await world.openCall())).socket.on('ping', () => pings.push(name))
    const sockets = [await connect('first')]
    world.clock.advance(relayBounds.pingEveryMs / 3)
    sockets.push(await connect('second'))
    world.clock.advance((relayBounds.pingEveryMs / 3) * 2)
    await until(() => pings.length > 0)
    expect(pings).toEqual(['first'])
    world.clock.advance(relayBounds.pingEveryMs / 3)
    await until(() => pings.length > 1)
    expect(pings).toEqual(['first', 'second'])
    for (const socket of sockets) socket.terminate()
  })

  it('a socket that answers no ping is given up, and its call waits for Twilio to come back', async () => {
    const call = await world.openCall()
    const phone = await begun(call)
    phone.socket.pause()
    world.clock.advance(relayBounds.pingEveryMs)
    world.clock.advance(relayBounds.pingEveryMs)
    phone.socket.resume()
    expect((await phone.closed()).code).toBe(1006)
    const again = await relay.call(call)
    await until(async () => (await world.transcriptOf(call)).some(({ event }) => event === 'reconnected'))
    await again.drop()
  })
})

/** The same claims, with a signature of its own. */
function forged(token: string): string {
  const [header, claims] = token.split('.')
  return `${header}.${claims}.${Buffer.alloc(32, 1).toString('base64url')}`
}
