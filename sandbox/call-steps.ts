/** What a person at the phone does next. */
export type CallStep =
  | { type: 'say'; words: string }
  | { type: 'interrupt'; words: string }
  | { type: 'press'; digits: string }
  | { type: 'listen' }
  | { type: 'hang-up' }
  | { type: 'help' }

export const stepsHelp = `  words                 are said; the reply is awaited
  /interrupt words      barge in while it speaks
  0-9 * #               are keys that are pressed
  /listen               waits for what is said next
  /hangup, or Ctrl-C    hangs up
  # words               are a comment`

/** The step that a line stands for; null for an empty one and a comment. @throws Error for a command that there is not */
export function parseStep(line: string): CallStep | null {
  const text = line.trim()
  if (/^[\d*#][\d*# ]*$/.test(text)) return { type: 'press', digits: text.replaceAll(' ', '') }
  if (text === '' || text.startsWith('#')) return null
  if (!text.startsWith('/')) return { type: 'say', words: text }
  const [command, ...rest] = text.split(/\s+/)
  const words = rest.join(' ')
  if (command === '/interrupt' && words) return { type: 'interrupt', words }
  if (command === '/listen') return { type: 'listen' }
  if (command === '/hangup') return { type: 'hang-up' }
  if (command === '/help') return { type: 'help' }
  throw new Error(`There is no ${command === '/interrupt' ? '/interrupt without words' : command}. What there is:\n${stepsHelp}`)
}
