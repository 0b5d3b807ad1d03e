import type { ConversationRef } from '../domain/conversation.ts'
import { Failure } from '../domain/failure.ts'
import type { Logger } from '../providers/logger.ts'
import type { TwilioVoice } from '../providers/twilio-voice.ts'
import type { Clock } from './clock.ts'
import { describeError } from './describe-error.ts'
import type { Journal } from './journal.ts'
import type { RelayMetrics } from './relay-metrics.ts'

const maxTries = 3

export interface RecordingOptions {
  journal: Pick<Journal, 'claimRecording' | 'setRecording'>
  voice: Pick<TwilioVoice, 'startRecording' | 'stopRecording'>
  /** Where Twilio tells that a recording is ready. */
  statusCallback: string
  clock: Pick<Clock, 'after'>
  logger: Logger
  metrics: RelayMetrics
}

export type CallRecording = ReturnType<ReturnType<typeof createRecordingStarter>>

/**
 * Recordings of calls: started once per call and only after its `setup`, when the disclosure has been spoken; never on
 * the path of a turn. One that could not be started, or whose caller objected meanwhile, leaves the call as it is.
 */
export function createRecordingStarter({ journal, voice, statusCallback, clock, logger, metrics }: RecordingOptions) {
  return (ref: ConversationRef, callSid: string) => {
    let starting = Promise.resolve()
    let isObjectedTo = false
    let endPause = () => {}

    async function start() {
      if (!(await journal.claimRecording(ref)) || isObjectedTo) return
      const recordingSid = await askTwilio().catch(giveUp)
      metrics.recordings.inc({ result: 'started' })
      const state = await journal.setRecording(ref, { state: 'started', recordingSid })
      if (state === 'objected') await voice.stopRecording(callSid)
    }

    /** Looking for an earlier one first makes it safe to ask again. */
    async function askTwilio(tries = 1): Promise<string> {
      try {
        return await voice.startRecording(callSid, statusCallback)
      } catch (error) {
        if (tries >= maxTries || isObjectedTo || !(error instanceof Failure) || !error.isRetryable) throw error
        if (error.retryAfterMs) await pause(error.retryAfterMs)
        if (isObjectedTo) throw error
        return askTwilio(tries + 1)
      }
    }

    function pause(ms: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>()
      const cancel = clock.after(ms, resolve)
      endPause = () => {
        cancel()
        resolve()
      }
      return promise
    }

    /** Nothing is left for the wrap-up to wait for, and another session of this call may try again. */
    async function giveUp(error: unknown): Promise<never> {
      await journal.setRecording(ref, { state: 'due' })
      throw error
    }

    return {
      /** Starts the recording where one is due; never rejects, nobody waits for it. */
      start() {
        starting = start().catch((error: unknown) => {
          metrics.recordings.inc({ result: 'start-failed' })
          logger.warn({ ...describeError(error), callSid }, 'the recording was not started')
        })
      },

      /**
       * The caller objects: resolves once it is kept that nothing may be recorded, and nothing is being recorded. What is
       * being recorded is stopped even when the former can't be kept.
       */
      async stop(): Promise<void> {
        isObjectedTo = true
        endPause()
        const [kept] = await Promise.allSettled([journal.setRecording(ref, { state: 'objected' }), starting])
        await voice.stopRecording(callSid)
        if (kept.status === 'rejected') throw kept.reason
        metrics.recordings.inc({ result: 'stopped' })
      },
    }
  }
}
