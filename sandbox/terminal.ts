import type { WriteStream } from 'node:tty'

export interface Terminal {
  /** One line or several, as they are. */
  print(text?: string): void
  /** A label and what belongs to it, wrapped to the terminal's width. */
  entry(label: string, text: string): void
  /** Starts an entry whose words come one by one. */
  stream(label: string): { add(words: string): void; end(note?: string): void }
  dim(text: string): string
  bold(text: string): string
  accent(text: string): string
  warn(text: string): string
}

const labelWidth = 14
const indent = '  '

/** Plain text on anything but a terminal; colours only there, and not with NO_COLOR (no-color.org). */
export function createTerminal(
  output: Pick<WriteStream, 'write'> & { isTTY?: boolean; columns?: number },
  environment: NodeJS.ProcessEnv = {},
): Terminal {
  const hasColour = Boolean(output.isTTY) && !environment.NO_COLOR && environment.TERM !== 'dumb'
  const style = (code: number) => (text: string) => (hasColour ? `\x1b[${code}m${text}\x1b[0m` : text)
  const width = () => Math.max(40, Math.min(output.columns ?? 100, 110))
  /** On a narrow terminal the words go below the label instead of beside it. */
  const textIndent = () => (width() < 60 ? indent.repeat(2) : indent + ' '.repeat(labelWidth))
  const print = (text = '') => void output.write(`${text}\n`)
  const accent = style(36)
  const dim = style(2)

  function stream(label: string) {
    const margin = textIndent()
    // the gap after the label is written with the first word, so that no line ends in spaces
    let gap = margin.length < labelWidth ? `\n${margin}` : ' '.repeat(labelWidth - label.length)
    let column = margin.length
    let isFirst = true
    output.write(indent + accent(label))
    const add = (words: string) => {
      for (const word of words.split(/\s+/).filter(Boolean)) {
        if (!isFirst && column + 1 + word.length > width()) {
          gap = `\n${margin}`
          column = margin.length
          isFirst = true
        }
        // an address that fits beside no label stays whole where it has a line to itself
        if (isFirst && column + word.length > width()) {
          gap = `\n${indent}`
          column = indent.length
        }
        output.write(isFirst ? gap + word : ` ${word}`)
        column += word.length + (isFirst ? 0 : 1)
        isFirst = false
      }
    }
    return {
      add,
      end(note?: string) {
        const needed = note ? note.length + 2 : 0
        if (needed && column + needed > width()) output.write(`\n${margin}${dim(note!)}`)
        else if (needed) output.write(`  ${dim(note!)}`)
        output.write('\n')
      },
    }
  }

  return {
    print,
    stream,
    entry(label, text) {
      const entry = stream(label)
      entry.add(text)
      entry.end()
    },
    dim,
    accent,
    bold: style(1),
    warn: style(33),
  }
}
