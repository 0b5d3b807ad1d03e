/** Words that tell nothing about what is asked: grammar, courtesy, and a recogniser's hesitations. */
const stopWords = new Set(
  `a an the and or but if so of to in on at by for from with about as into is are was were be been being am do does did doing done have has had having
  i im ive id ill me my we us our you your youre yours he she it its they them their this that these those there here what whats which who whom how why
  can could would should will shall may might must let lets get got go going want wanted wanna need like know think tell say said see look ask check find help
  please thanks thank thankyou hi hello hey okay ok yes yeah yep no not dont doesnt isnt any some all just also too very really well good great perfect awesome
  excellent right sure alright sounds cool fine um umm ummm uh uhh ah oh eh er hmm mm mhm ha hh u o thing things one ones something someone anything anyone
  happen happens wondering wonder question maybe actually possible possibly able offer offers provide provides
  el la los las un una unos unas y o de del al en con por para que es son hay tiene tienen mi su se lo le me te puedo puede quiero quisiera como
  le les des du et ou est sont il elle je vous nous mon votre ce cette ca qui que quoi est ce ai avez a au aux dans pour avec sur
  der die das den dem ein eine einen einem einer und oder ist sind ich sie wir ihr mein es zu mit auf fur von im am haben hat kann konnen mochte`.split(/\s+/),
)

/** What people say on the way to a question, whatever its words mean elsewhere. */
const smallTalk = /\b(?:(?:so|very) much|go(?:ing)? ahead|(?:just |hold on )?(?:a|one) (?:second|sec|moment|minute)|call(?:ing)? (?:you )?back later|(?:speak|talk)(?:ing)? (?:to|with))\b/g

/** The words of a text, in order: accents, case and apostrophes gone. */
export function tokens(text: string): string[] {
  const plain = text
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\p{M}'’]/gu, '')
    .replace(/\bwi[ -]?fi\b/g, 'wifi')
    .replace(smallTalk, ' ')
    // Two words that sound the same: the grounds, and what is done with a car.
    .replace(/\b(a|an|the|this|that|any|some|another|which|your|city|public|nearest) parks?\b(?! (?:my|our|your|a|the)\b)|\bparks\b/g, '$1 parkland')
  const words = plain.match(/[\p{L}\p{N}]+/gu) ?? []
  return unspaced.test(plain) ? words.flatMap((word) => Array.from(segmenter.segment(word), ({ segment }) => segment)) : words
}

/** Scripts that set no spaces between words. */
const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Khmer}\p{sc=Lao}\p{sc=Myanmar}]/u
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' })

/** What a word is indexed and searched as; null for a stop word. */
export function searchTerm(token: string): string | null {
  return isStopWord(token) ? null : stem(token)
}

export function isStopWord(token: string): boolean {
  return stopWords.has(token)
}

/** What a word may end in; first the last letters of such an ending, which are soon looked at. */
const endings: readonly [string, RegExp, string][] = [
  ['sy', /(?:ies|y)$/, ''],
  ['s', /(?<=s)es$|(?<![su])s$/, ''],
  ['nsged', /(?:ations?|ating|ated?|ates)$/, ''],
  ['gsyd', /(?:ing|ings|edly|ed|ly)$/, ''],
  ['ei', /(?:e|i)$/, ''],
  ['bdfgklmnprt', /([bdfgklmnprt])\1$/, '$1'],
]

/** Takes off what is most often only grammar; errs towards too little. */
export function stem(token: string): string {
  let word = token
  for (const [lastLetters, ending, left] of endings) {
    if (!lastLetters.includes(word.at(-1) ?? ' ')) continue
    const shorter = word.replace(ending, left)
    if (shorter.length >= 3) word = shorter
  }
  return word
}

/** Words that tell little: what a business calls itself, and what fits almost any question about one. */
const weakTerms = new Set(
  `place location site property venue establishment facility facilities premises restaurant hotel museum attraction store shop spot area building business company
  available availability type kind sort option choice certain specific particular additional other different customer guest visitor people person
  allow permit accept take use bring come make serve give work visit inside local nice every open currently anyway more number code time day when where cuando donde`
    .split(/\s+/)
    .map(stem),
)

const weakWeight = 0.3

/** The share of its rarity that a term tells. */
export function weightOf(term: string): number {
  return weakTerms.has(term) ? weakWeight : 1
}
