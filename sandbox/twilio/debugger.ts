export interface DebuggerEntry {
  atMs: number
  level: 'warning' | 'error'
  /** Twilio's; 0 for a remark of the stand-in. */
  code: number
  message: string
  moreInfo: string
  callSid: string
}

export type Debugger = ReturnType<typeof createDebugger>

/** What Twilio's console lists as errors and warnings; the newest thousand. */
export function createDebugger(nowMs: () => number) {
  const entries: DebuggerEntry[] = []
  return {
    note(level: DebuggerEntry['level'], code: number, message: string, callSid = ''): DebuggerEntry {
      const moreInfo = code === 0 ? '' : `https://www.twilio.com/docs/errors/${code}`
      const entry = { atMs: nowMs(), level, code, message, moreInfo, callSid }
      entries.push(entry)
      if (entries.length > 1_000) entries.shift()
      return entry
    },
    list: (callSid?: string) => entries.filter((entry) => callSid === undefined || entry.callSid === callSid),
  }
}
