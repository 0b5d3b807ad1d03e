import type { Terminal } from './terminal.ts'
import type { PhoneEvent } from './twilio/phone.ts'

const speakers = {
  disclosure: 'Disclosure',
  announcement: 'Announcement',
  greeting: 'Receptionist',
  reply: 'Receptionist',
  play: 'Receptionist',
} as const

/** Shows on the terminal what a caller hears, word by word, and what happens on the line. */
export function createCallView(terminal: Terminal): (event: PhoneEvent) => void {
  let line: ReturnType<Terminal['stream']> | null = null
  const remarks: string[] = []

  function endLine(note?: string) {
    line?.end(note)
    line = null
    for (const remark of remarks.splice(0)) terminal.print(terminal.dim(`  [${remark}]`))
  }

  return (event) => {
    if (event.type === 'token') {
      line ??= terminal.stream(speakers[event.source])
      return line.add(event.text)
    }
    const remark = remarkOn(event)
    if (remark) remarks.push(remark)
    // a recording begins while the greeting is being spoken: that is no reason to break the line
    if (event.type !== 'recording' || !line) endLine(noteOn(event))
  }
}

function noteOn(event: PhoneEvent): string | undefined {
  if (event.type === 'filler') return 'filler'
  if (event.type === 'reply-end' && event.firstWordMs !== null) return `${Math.round(event.firstWordMs)} ms to the first word`
  return undefined
}

function remarkOn(event: PhoneEvent): string | null {
  switch (event.type) {
    case 'interrupted':
      return 'the caller interrupts'
    case 'recording':
      return event.status === 'in-progress' ? 'recorded from here on, the disclosure being over' : null
    case 'transfer':
      return `${event.number}: ${event.status}`
    case 'reconnect':
      return event.state === 'lost' ? 'the line to the relay is lost' : 'the line to the relay is back'
    case 'debugger':
      return `Twilio's ${event.level} ${event.code}: ${event.message}`
    case 'unheard':
      return 'nobody listens'
    case 'ended':
      return `${event.by === 'caller' ? 'the caller' : 'the receptionist'} hangs up after ${event.durationSeconds} s`
    default:
      return null
  }
}
