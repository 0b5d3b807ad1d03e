/** Letters that a recogniser takes for one another because they sound alike. */
const alike = ['aeiouy', 'bpv', 'dt', 'gkcq', 'gj', 'fv', 'szcx', 'mn', 'lr', 'uvw']
/** Letters that are heard or lost more easily than others. */
const faint = 'aeiouyh'

/** Costs in half letters: two for a letter changed, added or lost; one where it sounds alike, is faint or doubles the one before. */
const letters = 32
const codeOf = (letter: string) => letter.charCodeAt(0) % letters
const swapCosts = new Uint8Array(letters * letters).fill(2)
const gapCosts = new Uint8Array(letters).fill(2)
for (const sounds of alike) for (const a of sounds) for (const b of sounds) swapCosts[codeOf(a) * letters + codeOf(b)] = 1
for (const letter of faint) gapCosts[codeOf(letter)] = 1

const shortest = 3
const longest = 32
/** How far a letter may be from its place, and two words differ in length. */
const band = 3
const unreachable = 200
/** Below this, two words are not alike. */
const minLikeness = 0.65
/** Of a word and one that begins with it, whatever follows. */
const likenessOfBeginning = 0.75
const shortestBeginning = 4

export interface LikeWord {
  word: string
  /** 1 for the same word, less the more sounds differ. */
  likeness: number
}

/**
 * Looks through words for those that a recogniser may have heard as one that is not among them. Sorted, they share the work
 * on what they begin with: where too much differs there already, all that begin the same are left out.
 */
export function createWordFinder(list: Iterable<string>): (heard: string) => LikeWord[] {
  const words = [...list].filter(({ length }) => length >= shortest && length <= longest).sort()
  const shared = Uint8Array.from(words, (word, at) => sharedStart(word, words[at - 1] ?? ''))
  return (heard) => {
    const found: LikeWord[] = []
    if (heard.length < shortest || heard.length > longest || /\d/.test(heard)) return found
    startTable(heard)
    let compared = 0
    let deadEnd = longest + 1
    for (let at = 0; at < words.length; at += 1) {
      compared = Math.min(compared, shared[at]!)
      if (compared >= deadEnd) continue
      const word = words[at]!
      deadEnd = longest + 1
      while (compared < word.length && deadEnd > longest) {
        compared += 1
        if (fillRow(word, heard, compared) > costAllowed(compared)) deadEnd = compared
      }
      const likeness = Math.max(deadEnd > longest ? likenessOf(word, heard) : 0, isBeginning(word, heard) ? likenessOfBeginning : 0)
      if (likeness >= minLikeness) found.push({ word, likeness })
    }
    return found
  }
}

/** What the first letters of a word may cost and the whole still be alike; a letter lost right at the beginning is let pass. */
function costAllowed(letterCount: number): number {
  return 2 + 0.3 * letterCount
}

const width = longest + 1
/** Row i, column j: the least cost of hearing the first i letters of a word as the first j letters of what was heard. */
const table = new Uint8Array(width * width)
/** By column, what its letter costs if it was only heard. */
const addedCosts = new Uint8Array(width)

function startTable(heard: string): void {
  for (let j = 1; j <= heard.length; j += 1) {
    addedCosts[j] = gapCost(heard, j - 1)
    table[j] = table[j - 1]! + addedCosts[j]!
  }
}

/** Fills row i from the row above; its least cost. */
function fillRow(word: string, heard: string, i: number): number {
  const above = (i - 1) * width
  const row = i * width
  const letter = word.charCodeAt(i - 1)
  const swaps = (letter % letters) * letters
  const lost = gapCost(word, i - 1)
  const from = Math.max(1, i - band)
  const to = Math.min(heard.length, i + band)
  let before = from === 1 ? table[above]! + lost : unreachable
  let least = before
  table[row + from - 1] = before
  for (let j = from; j <= to; j += 1) {
    const other = heard.charCodeAt(j - 1)
    let cost = table[above + j - 1]! + (letter === other ? 0 : swapCosts[swaps + (other % letters)]!)
    if (j < i + band) cost = Math.min(cost, table[above + j]! + lost)
    cost = Math.min(cost, before + addedCosts[j]!)
    table[row + j] = cost
    before = cost
    least = Math.min(least, cost)
  }
  return least
}

function gapCost(word: string, at: number): number {
  const letter = word.charCodeAt(at)
  return at > 0 && word.charCodeAt(at - 1) === letter ? 1 : gapCosts[letter % letters]!
}

function likenessOf(word: string, heard: string): number {
  if (Math.abs(word.length - heard.length) > band) return 0
  return 1 - table[word.length * width + heard.length]! / (2 * Math.max(word.length, heard.length))
}

function isBeginning(a: string, b: string): boolean {
  return a.length >= shortestBeginning && b.length >= shortestBeginning && (a.startsWith(b) || b.startsWith(a))
}

function sharedStart(a: string, b: string): number {
  let length = 0
  while (length < b.length && a[length] === b[length]) length += 1
  return length
}
