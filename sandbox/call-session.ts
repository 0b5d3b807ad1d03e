import type { CallStep } from './call-steps.ts'
import { parseStep, stepsHelp } from './call-steps.ts'
import type { createLineQueue } from './line-queue.ts'
import type { PhoneCall, Reply } from './twilio/phone.ts'

/** A script barges in once so many words were heard. */
const afterWords = 3

export interface CallSessionDeps {
  call: PhoneCall
  lines: ReturnType<typeof createLineQueue>
  /** Before each line that is waited for. */
  onReady(): void
  onSaid(words: string): void
  print(text: string): void
}

/**
 * Does line by line what a person at the phone does, until the lines or the call end, and hangs up.
 * @returns the steps that got no reply
 */
export async function holdCall({ call, lines, onReady, onSaid, print }: CallSessionDeps): Promise<string[]> {
  const unanswered: string[] = []
  const expect = async (line: string, reply: Promise<Reply>) => {
    if ((await reply).text === '') unanswered.push(line)
  }

  for (;;) {
    if (!call.isOver()) onReady()
    const line = await Promise.race([call.ended.then(() => null), lines.peek()])
    if (line === null || line === undefined) break
    await lines.take()
    const step = readStep(line)
    if (step?.type === 'hang-up') break
    if (step) await take(step, line)
  }
  if (call.isOver()) unanswered.push(...lines.rest().filter((line) => !['hang-up', undefined].includes(readStep(line)?.type)))
  else await call.hangUp()
  return unanswered

  function readStep(line: string): CallStep | null {
    try {
      return parseStep(line)
    } catch (error) {
      print((error as Error).message)
      unanswered.push(line)
      return null
    }
  }

  async function take(step: CallStep, line: string): Promise<void> {
    if (step.type === 'help') return print(stepsHelp)
    if (step.type === 'press') {
      call.press(step.digits)
      return expect(line, call.listen())
    }
    if (step.type === 'listen') return expect(line, call.listen())
    if (step.type === 'interrupt') return expect(line, call.interrupt(step.words, { afterWords: 0 }))
    if (step.type !== 'say') return
    onSaid(step.words)
    const reply = call.say(step.words)
    const next = await Promise.race([reply.then(() => undefined), lines.peek()])
    const interruption = next?.trim().startsWith('/interrupt') ? readStep(next) : null
    if (interruption?.type !== 'interrupt') return expect(line, reply)
    await lines.take()
    const answer = call.interrupt(interruption.words, { afterWords })
    await expect(line, reply)
    onSaid(interruption.words)
    await expect(next!, answer)
  }
}
