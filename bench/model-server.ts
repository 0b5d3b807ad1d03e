import { createServer, type RequestListener } from 'node:http'
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { createCertificate } from '../test/kit/certificate.ts'
import { nowMs } from './clock.ts'
import { answerQuestions } from './questions.ts'

/** One request as the model saw it; `name` is the first word of what it answered, and no other request's. */
export interface Reply {
  name: string
  arrivedMs: number
  requestBytes: number
  firstTokenMs: number | null
  /** When the connection or stream was given up by the other side, before the answer was whole. */
  abortedMs: number | null
  /** When the last of it was written. */
  wholeMs: number | null
}

const firstTokenAfterMs = 50
/** A reply is over before the next prompt of the fastest load comes. */
const usualTokenEveryMs = 5
const keptConnectionMs = 120_000
/** No vowels, so that a name is none of the other words; no letter that a web address could begin with. */
const nameLetters = 'bcdfgjklmnpqrstv'
const words = ' we have that in the shop and you are welcome to come by any day of the week or we can put one aside for you here until evening .'.split(/(?= )/)

let replies: Reply[] = []
let lastName = 0
let tokenEveryMs = usualTokenEveryMs

const nameOf = (number: number) => number.toString(16).padStart(4, '0').replace(/./g, (digit) => nameLetters[Number.parseInt(digit, 16)]!)

/** Field by field what OpenAI sends, `obfuscation` included. */
const chunk = (choices: object[], rest: object = { usage: null }) =>
  `data: ${JSON.stringify({ id: 'chatcmpl-CfE3n0Yt6mVwQ2bKxR8sZpLhTj5d', object: 'chat.completion.chunk', created: 1764000000, model: 'gpt-4o-mini-2024-07-18', service_tier: 'default', system_fingerprint: 'fp_560af6e559', choices, ...rest, obfuscation: 'tD7kQ2xV' })}\n\n`
const delta = (delta: object, finishReason: string | null = null) =>
  chunk([{ index: 0, delta, logprobs: null, finish_reason: finishReason }])

const opening = delta({ role: 'assistant', content: '', refusal: null })
const tokens = words.map((word) => delta({ content: word }))
const usage = { prompt_tokens: 1_800, completion_tokens: 30, total_tokens: 1_830, prompt_tokens_details: { cached_tokens: 1_536, audio_tokens: 0 } }
const ending = `${delta({}, 'stop')}${chunk([], { usage })}data: [DONE]\n\n`

const answer: RequestListener = (request, response) => {
  const reply: Reply = { name: nameOf((lastName += 1)), arrivedMs: 0, requestBytes: 0, firstTokenMs: null, abortedMs: null, wholeMs: null }
  let timer: NodeJS.Timeout
  request.on('data', (part: Buffer) => (reply.requestBytes += part.length))
  request.on('end', () => {
    reply.arrivedMs = nowMs()
    replies.push(reply)
    timer = setTimeout(begin, firstTokenAfterMs)
  })
  response.on('close', () => {
    clearInterval(timer)
    if (reply.wholeMs === null) reply.abortedMs = nowMs()
  })

  function begin() {
    let next = 0
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    reply.firstTokenMs = nowMs()
    response.write(opening + delta({ content: reply.name }))
    timer = setInterval(() => {
      if (next < tokens.length) return response.write(tokens[next++]!)
      clearInterval(timer)
      reply.wholeMs = nowMs()
      response.end(ending)
    }, tokenEveryMs)
  }
}

const { key, cert } = createCertificate()
const clear = createServer({ keepAliveTimeout: keptConnectionMs }, answer).listen(0, '127.0.0.1')
// The compatibility API's requests and responses are used for what they share with HTTP/1.1's.
const secure = createSecureServer({ key, cert, allowHTTP1: true }, answer as never).listen(0, '127.0.0.1')
const portOf = (server: { address(): AddressInfo | string | null }) => (server.address() as AddressInfo).port

answerQuestions({
  now: nowMs,
  /** HTTP/1.1 in clear, and HTTP/2 over TLS. */
  places: () => ({ clear: `http://127.0.0.1:${portOf(clear)}`, secure: `https://127.0.0.1:${portOf(secure)}`, certificate: cert }),
  setTokenEveryMs: (ms) => void (tokenEveryMs = (ms as number | undefined) ?? usualTokenEveryMs),
  /** Those since the last time it was asked. */
  replies() {
    const told = replies
    replies = []
    return told
  },
})
