import type { Terminal } from './terminal.ts'
import type { PhoneEvent } from './twilio/phone.ts'

const speakers: Record<string, string> = { disclosure: 'Disclosure', announcement: 'Announcement', greeting: 'Receptionist', reply: 'Receptionist', play: 'Receptionist' }

/** Shows what the caller hears, word by word, and what happens on the line. */
export function createCallView(terminal: Terminal): (event: PhoneEvent) => void {
  let line: ReturnType<Terminal['stream']> | null = null
  const endLine = (note?: string) => {
    line?.end(note)
    line = null
  }
  const remark = (text: string) => {
    endLine()
    terminal.print(terminal.dim(`  [${text}]`))
  }
  return (event) => {
    if (event.type === 'token') {
      line ??= terminal.stream(speakers[event.source]!)
      line.add(event.text)
    } else if (event.type === 'disclosure' || event.type === 'announcement' || event.type === 'greeting') endLine()
    else if (event.type === 'filler') endLine('filler')
    else if (event.type === 'reply-end') endLine(event.firstWordMs === null ? undefined : `${Math.round(event.firstWordMs)} ms to the first word`)
    else if (event.type === 'interrupted') remark('the caller interrupts')
    else if (event.type === 'transfer') remark(`${event.number}: ${event.status}`)
    else if (event.type === 'reconnect') remark(event.state === 'lost' ? 'the line to the relay is lost' : 'the line to the relay is back')
    else if (event.type === 'recording' && event.status === 'in-progress') remark('recording, now that the disclosure is over')
    else if (event.type === 'debugger') remark(`Twilio ${event.level} ${event.code}: ${event.message}`)
    else if (event.type === 'unheard') remark('nobody listens')
    else if (event.type === 'ended') remark(`${event.by === 'caller' ? 'the caller' : 'the receptionist'} hangs up after ${event.durationSeconds} s`)
  }
}
