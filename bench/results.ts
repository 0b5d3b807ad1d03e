import { readFileSync, writeFileSync } from 'node:fs'

const path = new URL('RESULTS.md', import.meta.url)
const commands = { figures: 'bench', profile: 'bench', wrapup: 'bench:wrapup', load: 'bench:load' }

/** Puts what was measured in its place in RESULTS.md; the rest is written by hand and stays. */
export function writeResults(section: keyof typeof commands, markdown: string): void {
  const [begin, end] = [`<!-- ${section}: written by npm run ${commands[section]} -->`, `<!-- end of ${section} -->`]
  const text = readFileSync(path, 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`RESULTS.md has no place for ${section}`)
  writeFileSync(path, `${text.slice(0, from + begin.length)}\n\n${markdown}\n\n${text.slice(to)}`)
}
