/** Task queues, workflow types, ids and messages: the names that clients, workers and operators share. */
export const taskQueues = { conversations: 'conversations' } as const

export const workflowTypes = {
  wrapUpConversation: 'wrapUpConversation',
  sweepDueWrapUps: 'sweepDueWrapUps',
} as const

/** One wrap-up per call, whoever asks for it: the id is made of the call's SID, which names no person. */
export const wrapUpWorkflowId = (externalId: string): string => `wrap-up-${externalId}`

export const sweepScheduleId = 'sweep-due-wrap-ups'

/** Somebody believes that the call is over, or that its recording is ready: look now instead of at the next timer. */
export const lookAgainSignalName = 'lookAgainSignal'
