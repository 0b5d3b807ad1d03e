import { createTerminal } from './terminal.ts'

function render(output: { isTTY?: boolean; columns?: number }, environment: NodeJS.ProcessEnv, show: (terminal: ReturnType<typeof createTerminal>) => void) {
  let text = ''
  show(createTerminal({ ...output, write: (more: string | Uint8Array) => Boolean((text += more)) }, environment))
  return text
}

const words = 'We are open on Saturdays from nine in the morning until one in the afternoon, and closed on Sundays.'

describe('the terminal', () => {
  it.each([40, 80, 200])('shows every word within %i columns', (columns) => {
    const text = render({ columns }, {}, (terminal) => {
      const stream = terminal.stream('Receptionist')
      for (const word of words.match(/\s*\S+/g)!) stream.add(word)
      stream.end('312 ms to the first word')
    })
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns)
    expect(text.split(/\s+/).filter(Boolean).join(' ')).toBe(`Receptionist ${words} 312 ms to the first word`)
  })

  it('has colours on a terminal only, and not where they are not wanted', () => {
    const bold = (output: object, environment = {}) => render(output, environment, (terminal) => terminal.print(terminal.bold('A call')))
    expect(bold({ isTTY: true })).toBe('\x1b[1mA call\x1b[0m\n')
    expect([bold({}), bold({ isTTY: true }, { NO_COLOR: '1' }), bold({ isTTY: true }, { TERM: 'dumb' })]).toEqual(Array(3).fill('A call\n'))
  })
})
