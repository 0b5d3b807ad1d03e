import fc from 'fast-check'
import { createSpokenStream, spokenForm } from './spoken-form.ts'

describe('figures are said as people say them', () => {
  it.each([
    ['$1,250.50', 'one thousand two hundred fifty dollars and fifty cents'],
    ['$1', 'one dollar'],
    ['$0.05', 'five cents'],
    ['£5.99', 'five pounds and ninety-nine pence'],
    ['20 €', 'twenty euros'],
    ['$5 million', 'five million dollars'],
    ['$2k', 'two thousand dollars'],
    ['$20-30', 'twenty to thirty dollars'],
    ['$5/hour', 'five dollars per hour'],
    ['+1 (555) 010-4477.', 'plus one, five five five, zero one zero, four four seven seven.'],
    ['(555) 010-4477', 'five five five, zero one zero, four four seven seven'],
    ['+15550104477', 'plus one, five five five, zero one zero, four four seven seven'],
    ['5550104477', 'five five five, zero one zero, four four seven seven'],
    ['555-0199', 'five five five, zero one nine nine'],
    ['call 555 010 4477 now', 'call five five five, zero one zero, four four seven seven now'],
    ['info@example.com', 'info at example dot com'],
    ['Mail j.smith-2@x-y.co.uk!', 'Mail j dot smith dash two at x dash y dot co dot uk!'],
    ['https://www.example.com/book-now', 'example dot com slash book dash now'],
    ['visit example.com.', 'visit example dot com.'],
    ['We open at 08:30.', 'We open at eight thirty.'],
    ['8:05 AM, daily', 'eight oh five a.m., daily'],
    ['8 am.', 'eight a.m.'],
    ['17:00', 'five p.m.'],
    ['00:00', 'midnight'],
    ['9-5', 'nine to five'],
    ['9 – 5', 'nine to five'],
    ['9am-5:30pm', 'nine a.m. to five thirty p.m.'],
    ['20% off', 'twenty percent off'],
    ['4.5 stars', 'four point five stars'],
    ['21st', 'twenty-first'],
    ['2026-05-01', 'May first, twenty twenty-six'],
    ['since 1987', 'since nineteen eighty-seven'],
    ['10,000', 'ten thousand'],
    ['97199', 'nine seven one nine nine'],
    ['911', 'nine one one'],
    ['24/7', 'twenty-four seven'],
    ['#5 & ~10', 'number five and about ten'],
    ['room 12B, B12 and COVID-19', 'room twelve B, B twelve and COVID-nineteen'],
    ['**Bold** `code` <b>x</b>', 'Bold code bx/b'],
  ])('%s', (written, said) => expect(spokenForm(written, 'en-US')).toBe(said))

  it.each([
    ['de-DE', '1.250,50 €', 'eintausendzweihundertfünfzig Euro fünfzig'],
    ['de-DE', 'um 17:30', 'um siebzehn Uhr dreißig'],
    ['fr-FR', '91 %', 'quatre-vingt-onze pour cent'],
    ['fr-FR', '08:30', 'huit heures trente'],
    ['es-ES', '21.000', 'veintiún mil'],
    ['es-ES', '$12.50', 'doce dólares con cincuenta centavos'],
    ['es-ES', 'info@example.es', 'info arroba example punto es'],
    ['it-IT', '12:30', '12:30'],
  ])('in %s: %s', (language, written, said) => expect(spokenForm(written, language)).toBe(said))

  it.each(["We're well-known.", 'e.g. the U.S. at 9 a.m. sharp', 'Dr. Smith, Ph.D.', 'Yes! No? (Maybe.)', '¿Cómo? ¡Así!', 'well-being – and more'])(
    'words stay as they are: %s',
    (text) => expect(spokenForm(text, 'en-US')).toBe(text.replace(' 9 ', ' nine ')),
  )
})

const pieces = fc.constantFrom(
  ...'$1,250.50|08:30|8|am|p.m.|5|million|+1|(555)|010-4477|info@example.com|https://www.a.com/b|www.|h|ht|w|20%|9-5|–|-|21st|2026-05-01|B12|24/7|*|**x**|<b>|it’s|Dr.|ok|Yes,|.|,|!|€|%|é|日本|😀|0|00|12:00|$|+|(|)|@|/|_|#'.split('|'),
  ' ',
  '  ',
  '\n',
)
const texts = fc.array(fc.oneof({ weight: 5, arbitrary: pieces }, { weight: 1, arbitrary: fc.string({ maxLength: 4, unit: 'grapheme' }) }), { maxLength: 14 }).map((parts) => parts.join(''))
const languages = fc.constantFrom('en-US', 'es-ES', 'fr-FR', 'de-DE', 'it-IT')

it('any chunking of the stream is said the same', () => {
  fc.assert(
    fc.property(texts, languages, fc.array(fc.nat(6), { minLength: 1, maxLength: 40 }), (text, language, cuts) => {
      const stream = createSpokenStream(language)
      let said = ''
      for (let at = 0, cut = 0; at < text.length; cut += 1) {
        const size = cuts[cut % cuts.length]! + 1
        said += stream.write(text.slice(at, at + size))
        at += size
      }
      expect(said + stream.end()).toBe(spokenForm(text, language))
    }),
    { numRuns: 2_000 },
  )
})

const wholeLanguages = fc.constantFrom('en-US', 'es-ES', 'fr-FR', 'de-DE')

it('no figure is left to the voice', () => {
  fc.assert(
    fc.property(texts, wholeLanguages, (text, language) => {
      const said = spokenForm(text, language)
      expect(said).not.toMatch(/[0-9]|undefined|NaN/)
    }),
    { numRuns: 2_000 },
  )
})

it('what is spoken form already is said as it is', () => {
  const written = fc.constantFrom(
    ...'$1,250.50|08:30|8|5|(555) 010-4477|info@example.com|20%|9-5|21st|2026-05-01|B12|24/7|We|open,|Dr.|ok.|it’s'.split('|'),
  )
  fc.assert(
    fc.property(fc.array(written, { maxLength: 8 }), wholeLanguages, (parts, language) => {
      const said = spokenForm(parts.join(' '), language)
      expect(spokenForm(said, language)).toBe(said)
    }),
  )
})

it('holds back no more than a word: letters leave at once, and every word does before the next one is over', () => {
  const stream = createSpokenStream('en-US')
  expect(stream.write('Hel')).toBe('Hel')
  expect(stream.write('lo')).toBe('lo')
  expect(stream.write(', we')).toBe(', we')
  expect(stream.write(' open at 08:30 i')).toBe(' open at eight thirty i')
})

it('holds back no more figures than a phone number has, however many follow one another', () => {
  expect(createSpokenStream('en-US').write('12 34 56 78 '.repeat(5))).toContain('one two, three four')
  expect(createSpokenStream('en-US').write('1 2 3 '.repeat(20))).toContain('one')
})
