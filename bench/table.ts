/** A Markdown table whose columns line up, so that it reads well in a terminal too; the first column is text. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

export const decimal = (value: number, digits = 2): string => (Number.isFinite(value) ? value.toFixed(digits) : '–')
export const percent = (share: number): string => `${decimal(share * 100, 0)} %`
export const times = (value: number, limit: number): string => `${decimal(value / limit)} ×`
