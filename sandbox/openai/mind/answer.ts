import type { ChatRequest } from '../chat-request.ts'
import type { ModelReply } from '../completion.ts'
import type { Turn } from './conversation.ts'
import { readConversation } from './conversation.ts'
import { fillSchema } from './fill-schema.ts'
import * as intents from './intents.ts'
import { passagesIn, resolveDays } from './knowledge.ts'
import { languageAskedFor } from './language-request.ts'
import { isSuccess, lastSaid, messageSoFar } from './message-taking.ts'
import { findAnswer } from './retrieve.ts'
import { sentencesOf } from './terms.ts'
import type { JsonSchema, Tool, ToolRole } from './tool-roles.ts'
import { fillArguments, toolsByRole } from './tool-roles.ts'

const unknown = "I'm sorry, I don't know that. Would you like to leave a message?"
const goodbye = 'Thank you for calling. Goodbye.'
const noBooking = "I can't book or change that myself. Shall I take a message, so that someone calls you back?"
const noTransfer = "I'm sorry, I can't put you through right now. Would you like to leave a message?"
const anythingElse = 'Is there anything else I can help you with?'

/**
 * What stands in for a model. It understands nothing: it looks up the sentences of the request's own knowledge that share most
 * words with what was asked, says so when there are none, and knows a few wishes that the request's tools fulfil.
 */
export function answerAsModel(request: ChatRequest): ModelReply {
  const { systemTexts, turns } = readConversation(request)
  const { response_format: format, tool_choice: choice } = request
  if (format?.type === 'json_schema') return say(JSON.stringify(fillSchema(format.json_schema.schema as JsonSchema, request)))
  const tools = toolsByRole(request)
  const forced = typeof choice === 'object' ? Object.values(tools).find(({ name }) => name === choice.function.name) : undefined
  const last = turns.at(-1)
  const heard = turns.findLast(({ role }) => role === 'caller')?.text ?? ''
  if (forced) return call('', forced, { reason: heard, question: heard, text: heard })
  if (last?.role === 'receptionist') return say(continued(answerCaller(heard, turns.slice(0, -1), tools, systemTexts).text, last.text))
  const reply = last?.role === 'tool' ? followUp(turns, tools) : answerCaller(heard, turns, tools, systemTexts)
  return format?.type === 'json_object' ? say(JSON.stringify({ answer: reply.text })) : reply
}

const say = (text: string): ModelReply => ({ text, toolCalls: [] })
const call = (text: string, tool: Tool | undefined, values: Parameters<typeof fillArguments>[1]): ModelReply =>
  tool ? { text, toolCalls: [{ name: tool.name, arguments: fillArguments(tool, values) }] } : say(text)

type Tools = Partial<Record<ToolRole, Tool>>

function answerCaller(heard: string, turns: Turn[], tools: Tools, systemTexts: string[]): ModelReply {
  const said = lastSaid(turns, turns.length)
  if (intents.wantsHuman(heard)) return tools.transfer ? call('', tools.transfer, { reason: 'The caller wants to speak to a person.' }) : say(noTransfer)
  const language = tools.language && languageAskedFor(heard, tools.language)
  if (language) return call('', tools.language, { language })
  if (intents.saysGoodbye(heard)) return call(goodbye, tools.end, { reason: 'The caller said goodbye.' })
  const message = tools.message && messageSoFar(turns, tools.message.name)
  if (message) return takeMessage(message, heard, turns, tools)
  if (intents.greets(heard)) return say('Hello! How can I help you?')
  if (intents.saysThanks(heard)) return say(`You're welcome. ${anythingElse}`)
  if (intents.saysNo(heard) && intents.askedAnythingElse(said)) return call(goodbye, tools.end, { reason: 'The caller needs nothing else.' })
  if (intents.saysNo(heard) && intents.offeredMessage(said)) return say(`All right. ${anythingElse}`)
  return answerQuestion(heard, turns, tools, systemTexts)
}

function takeMessage(message: NonNullable<ReturnType<typeof messageSoFar>>, heard: string, turns: Turn[], tools: Tools): ModelReply {
  const { isReadBack, ...values } = message
  if (!message.text) return say('Of course. What would you like me to pass on?')
  if (!message.name && !isReadBack && !intents.askedName(lastSaid(turns, turns.length))) return say('Of course. May I have your name, and a number to call you back?')
  if (isReadBack && intents.saysNo(heard) && heard.split(/\s+/).length < 5) return say('What should I change?')
  return call('', tools.message, values)
}

function answerQuestion(heard: string, turns: Turn[], tools: Tools, systemTexts: string[]): ModelReply {
  const passages = passagesIn(systemTexts)
  const questions = heard.split(/(?<=[.!?])\s+/).filter((sentence) => !intents.greets(sentence) && !intents.saysThanks(sentence))
  if (intents.wantsBooking(heard) && !/^(?:how|what|when|where|is|are|do|does)\b/i.test(questions.at(-1) ?? '')) return say(noBooking)
  // The last question is what the caller wants to know; the whole is looked up when it says nothing by itself.
  const tries = [questions.at(-1) ?? heard, questions.join(' '), ...previousQuestion(heard, turns)]
  for (const question of tries) {
    const answer = findAnswer(resolveDays(question, systemTexts), passages)
    if (answer) return say(answer)
  }
  if (intents.saysYes(heard) || intents.saysNo(heard) || heard === '') return say('How can I help you?')
  return call(unknown, tools.gap, { question: questions.at(-1) ?? heard })
}

/** What is left of a reply of which some was said, perhaps in other words for its figures; a full stop when nothing is. */
function continued(reply: string, said: string): string {
  const words = said.trim().split(/\s+/)
  for (let count = Math.min(4, words.length); count >= 2; count -= 1) {
    const tail = words.slice(-count).join(' ')
    const at = reply.indexOf(tail)
    if (at >= 0) return reply.slice(at + tail.length) || '.'
  }
  return ` ${sentencesOf(reply).slice(sentencesOf(said).length).join(' ')}`.trimEnd() || '.'
}

/** `And on Sundays?` asks what was asked before, of something else. */
function previousQuestion(heard: string, turns: Turn[]): string[] {
  if (!/^(?:and|what about|how about|or)\b/i.test(heard)) return []
  const before = turns.slice(0, -1).findLast(({ role }) => role === 'caller')
  return before ? [`${heard} ${before.text}`] : []
}

/** What is said once a tool has answered. */
function followUp(turns: Turn[], tools: Tools): ModelReply {
  const result = turns.at(-1) as Extract<Turn, { role: 'tool' }>
  const asking = turns.findLast((turn) => turn.role === 'receptionist')
  const hasSpoken = asking?.role === 'receptionist' && asking.text !== ''
  if (result.name === tools.transfer?.name) return say(isSuccess(result.text) ? "One moment, I'll put you through." : noTransfer)
  if (result.name === tools.message?.name && !hasSpoken) return say(isSuccess(result.text) ? `Thank you, your message has been saved. ${anythingElse}` : 'What should I change?')
  if (result.name === tools.language?.name) return say(isSuccess(result.text) ? 'How can I help you?' : "I'm sorry, I can't change the language.")
  if (hasSpoken) return say('')
  return say(result.name === tools.end?.name ? goodbye : unknown)
}
