import { ApiError } from './api-error.ts'
import type { ChatRequestMessage } from './chat-request.ts'

/** Every tool call has its answer right behind it, and no answer is without its call. @throws ApiError 400 */
export function checkMessageOrder(messages: ChatRequestMessage[]): void {
  let open: string[] = []
  let callAt = -1
  for (const [at, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (!open.includes(message.tool_call_id)) {
        throw new ApiError(400, "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.", { param: `messages.[${at}].role` })
      }
      open = open.filter((id) => id !== message.tool_call_id)
      continue
    }
    requireAnswered(open, callAt)
    if (message.role !== 'assistant') continue
    if (message.tool_calls) {
      open = message.tool_calls.map(({ id }) => id)
      callAt = at
    } else if (message.content === null || message.content === undefined) {
      throw new ApiError(400, `Invalid value for 'content': expected a string, got null.`, { param: `messages.[${at}].content` })
    }
  }
  requireAnswered(open, callAt)
}

function requireAnswered(open: string[], callAt: number): void {
  if (open.length === 0) return
  const message = `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${open.join(', ')}`
  throw new ApiError(400, message, { param: `messages.[${callAt}].role` })
}
