import type { Http2ServerResponse } from 'node:http2'
import { setImmediate as pause } from 'node:timers/promises'
import type { ModelRequest } from '../receptionist/model-port.ts'
import { listenTo } from '../test/kit/listen-to.ts'
import { answer, hello, sse, startModelServer } from '../test/kit/model-server.ts'
import { until } from '../test/kit/until.ts'
import { createOpenAiLive, type OpenAiLive } from './openai-live.ts'

const request: ModelRequest = { messages: [{ role: 'user', content: 'Hello?' }], tools: [], maxTokens: 200, temperature: 0.2 }
const spare = 4

describe.each(['http/1.1', 'http/1.1 and TLS', 'h2'] as const)('connections to the model over %s', (protocol) => {
  let server: Awaited<ReturnType<typeof startModelServer>>
  let model: OpenAiLive

  const createModel = (timeoutMs = 5_000) => {
    model = createOpenAiLive({ apiKey: 'sk-test', baseUrl: server.url, model: 'gpt-4o-mini', timeoutMs })
    return model
  }
  beforeEach(async () => {
    server = await startModelServer(protocol)
    server.answerWith(answer(...hello))
  })
  afterEach(async () => {
    await model.close()
    await until(() => server.sockets.size === 0)
    server.stop()
  })

  const ask = (isRetry = false) => listenTo(model, request, { isRetry }).over
  const ports = () => server.exchanges.map(({ port }) => port)
  const openPorts = () => [...server.sockets].map(({ remotePort }) => remotePort)

  it('are made before the first word, which goes over one of them', async () => {
    createModel()
    await until(() => server.sockets.size === spare)
    const warm = openPorts()
    await ask()
    expect(warm).toContain(server.exchanges[0]!.port)
    expect(server.exchanges[0]!.protocol).toBe(protocol === 'h2' ? '2.0' : '1.1')
    await until(() => server.sockets.size === spare + 1)
  })

  it('are made again after the vendor has closed them', async () => {
    createModel()
    await until(() => server.sockets.size === spare)
    const warm = [...server.sockets]
    for (const socket of warm) socket.destroy()
    await until(() => server.sockets.size === spare && !warm.some((socket) => server.sockets.has(socket)))
  })

  const itOverHttp1 = protocol === 'h2' ? it.skip : it
  itOverHttp1('are given up when something comes over them unasked', async () => {
    createModel()
    await until(() => server.sockets.size === spare)
    const [socket] = server.sockets
    socket!.write('HTTP/1.1 408 Request Timeout\r\n\r\n')
    await until(() => !server.sockets.has(socket!))
    expect(await ask()).toHaveLength(3)
  })

  it('that break fail what is on them, and nothing is sent twice', async () => {
    server.answerWith(() => {})
    createModel(25_000)
    const outcomes = Promise.allSettled(Array.from({ length: 20 }, () => ask()))
    await until(() => server.exchanges.length === 20)
    for (const { reset } of server.exchanges) reset()
    expect((await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual(
      Array.from({ length: 20 }, () => expect.objectContaining({ code: 'vendor-unavailable' })),
    )
    server.answerWith(answer(...hello))
    expect(await ask()).toHaveLength(3)
    expect(server.exchanges).toHaveLength(21)
  })

  it('are none of a rehearsal, which leaves the process alone', async () => {
    await createModel().rehearse()
    expect(server.exchanges).toHaveLength(0)
    expect(await ask()).toHaveLength(3)
  })

  it('are kept between turns, and one is made for a retry and closed after it', async () => {
    createModel()
    for (const isRetry of [false, false, true, false]) {
      await ask(isRetry)
      // A connection is free a turn of the event loop after its answer's end.
      await pause()
      await pause()
    }
    const [first, second, retry, after] = ports()
    expect([second, after]).toEqual([first, first])
    expect(retry).not.toBe(first)
    await until(() => server.sockets.size === spare + 1 && !openPorts().includes(retry))
  })

  it('are not lost to a cancel that comes with the end or after it', async () => {
    const told = Promise.withResolvers<void>()
    server.answerWith(async ({ response }) => {
      response.write([...hello, '[DONE]'].map(sse).join(''))
      await told.promise
      response.end()
    })
    createModel()
    const stream = listenTo(model, request, { onEvent: ({ type }) => type === 'end' && stream.cancel() })
    expect(await stream.over).toHaveLength(3)
    stream.cancel()
    server.answerWith(answer(...hello))
    expect(await ask()).toHaveLength(3)
    told.resolve()
    await until(() => server.exchanges.every(({ isClosed }) => isClosed))
    expect(server.exchanges.map(({ isAborted }) => isAborted)).toEqual([false, false])
  })

  it('are taken from a vendor that does not close after the end', async () => {
    server.answerWith(({ response }) => response.write([...hello, '[DONE]'].map(sse).join('')))
    createModel(500)
    expect(await ask()).toHaveLength(3)
    await until(() => server.exchanges[0]!.isAborted)
  })

  it('are freed at the vendor by a cancel at any moment', async () => {
    server.answerWith(({ response }) => response.write(sse(hello[1])))
    createModel()
    const streams = Array.from({ length: 7 }, () => listenTo(model, request))
    const cancel = (at: number) => streams[at]!.cancel()
    cancel(0)
    queueMicrotask(() => cancel(1))
    setImmediate(() => cancel(2))
    process.nextTick(() => cancel(3))
    for (const at of [4, 5, 6]) await streams[at]!.told(1)
    cancel(4)
    await until(() => server.exchanges.filter(({ isAborted }) => !isAborted).length === 2)
    cancel(5)
    cancel(6)
    await until(() => server.exchanges.every(({ isAborted }) => isAborted))
    expect(streams.map(({ events }) => events.length)).toEqual([0, 0, 0, 0, 1, 1, 1])
  })

  it('carry 500 streams at once, of which every other is cancelled, and nothing stays open', async () => {
    server.answerWith(async ({ response }) => {
      for (const part of [...hello.slice(0, 2), hello[2], hello[3], '[DONE]']) {
        response.write(sse(part))
        await new Promise(setImmediate)
      }
      response.end()
    })
    createModel(25_000)
    const outcomes = await Promise.all(
      Array.from({ length: 500 }, async (_, at) => {
        const stream = listenTo(model, request, { onEvent: () => at % 2 && stream.cancel() })
        if (at % 2) await stream.told(1)
        else await stream.over
        return stream.events.map((event) => (event.type === 'text' ? event.text : '')).join('')
      }),
    )
    const counted = Object.groupBy(outcomes, (outcome) => outcome)
    expect(Object.entries(counted).map(([outcome, all]) => [outcome, all!.length])).toEqual([
      ['Héllo there.', 250],
      ['Héllo', 250],
    ])
    expect(server.exchanges).toHaveLength(500)
    await until(() => server.exchanges.every(({ isClosed }) => isClosed))
    if (protocol === 'h2') expect(new Set(ports()).size).toBeLessThan(50)
  })
})

describe('an HTTP/2 connection', () => {
  let server: Awaited<ReturnType<typeof startModelServer>>
  let model: OpenAiLive

  beforeEach(async () => {
    server = await startModelServer('h2')
    model = createOpenAiLive({ apiKey: 'sk-test', baseUrl: server.url, model: 'gpt-4o-mini', timeoutMs: 800 })
  })
  afterEach(async () => {
    server.stop()
    await model.close()
  })
  const ask = () => listenTo(model, request).over
  const distinctPorts = () => new Set(server.exchanges.map(({ port }) => port)).size

  it('that is lost without a word is left by the turns that come after', async () => {
    server.answerWith(() => {})
    await expect(ask()).rejects.toMatchObject({ code: 'vendor-unavailable' })
    server.answerWith(answer(...hello))
    expect(await ask()).toHaveLength(3)
    expect(distinctPorts()).toBe(2)
  })

  it('that the vendor winds up is left by the turns that come after, and what is on it is heard out', async () => {
    const rest = Promise.withResolvers<void>()
    server.answerWith(async ({ response }) => {
      ;(response as unknown as Http2ServerResponse).stream.session!.close()
      // On the wire, the word comes after the notice.
      await pause()
      response.write(sse(hello[1]))
      await rest.promise
      response.end([hello[2], hello[3], '[DONE]'].map(sse).join(''))
    })
    const first = listenTo(model, request)
    await first.told(1)
    server.answerWith(answer(...hello))
    expect(await ask()).toHaveLength(3)
    rest.resolve()
    expect(await first.over).toHaveLength(3)
    expect(distinctPorts()).toBe(2)
  })
})
