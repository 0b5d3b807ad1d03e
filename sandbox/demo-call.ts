import { setTimeout as sleep } from 'node:timers/promises'
import { createCallView } from './call-view.ts'
import { demoScript, type DemoStep } from './demo-script.ts'
import { demoTenant } from './demo-tenant.ts'
import type { Terminal } from './terminal.ts'
import { dial, type PhoneCall } from './twilio/phone.ts'

/** Once the caller has nothing more to say, the receptionist gets so long to say goodbye and hang up. */
const hangsUpWithinMs = 4_000

/**
 * Plays the demo's call on the terminal as it happens.
 * @throws Error when the line or the number is not in service.
 */
export async function playDemoCall(options: {
  twilioUrl: string
  terminal: Terminal
  script?: readonly DemoStep[]
}): Promise<{ callSid: string; durationSeconds: number }> {
  const { twilioUrl, terminal, script = demoScript } = options
  const call = await dial({
    to: demoTenant.number,
    from: demoTenant.callerNumber,
    twilioUrl,
    onEvent: createCallView(terminal),
  })
  for (const step of script) {
    if (call.isOver()) break
    await take(step, call, terminal)
  }
  if (!call.isOver()) await call.hangUp()
  const { durationSeconds } = await call.ended
  return { callSid: call.callSid, durationSeconds }
}

async function take(step: DemoStep, call: PhoneCall, terminal: Terminal): Promise<void> {
  if (step.type === 'hang-up') {
    await Promise.race([call.ended, sleep(hangsUpWithinMs)])
    if (!call.isOver()) await call.hangUp()
    return
  }
  terminal.entry('Caller', step.words)
  const reply = call.say(step.words)
  if (step.type === 'say') return void (await reply)
  const interruption = call.interrupt(step.interruption, { afterWords: step.afterWords })
  await reply
  terminal.entry('Caller', step.interruption)
  await interruption
}
