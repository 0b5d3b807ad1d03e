export { sweepDueWrapUps } from './sweep-due-wrap-ups.ts'
export { wrapUpConversation } from './wrap-up-conversation.ts'
