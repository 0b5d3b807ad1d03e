import { weekdays } from '../domain/opening-hours.ts'
import type { QuestionForms } from './question-forms.ts'

const names = ['montag', 'dienstag', 'mittwoch', 'donnerstag', 'freitag', 'samstag', 'sonntag']
const you = '(?:sie|ihr|(?:der|ihr|euer) laden|(?:das|ihr|euer) geschaft)'
const have = '(?:haben|habt|hat|sind|seid|ist)'
const open = '(?:offen|geoffnet|auf)'
const shutOrOpen = '(?:offen|geoffnet|auf|zu|geschlossen)'
const now = '(?:jetzt|gerade|noch|im moment|momentan|derzeit|aktuell)'
const day = `(?<day>heute|morgen|(?:am |an |diesen |kommenden |nachsten |am kommenden |am nachsten )?(?:${names.join('|')}|sonnabend)s?|(?:am |dieses )?wochenende)`
const when = '(?:wann|um wie ?viel uhr|um welche uhrzeit)'
const untilWhen = '(?:wie lange|bis wann|bis wie ?viel uhr)'
const hours = 'offnungszeiten'
const address = '(?:genaue )?(?:adresse|anschrift)'
const parking = '(?:einen |eine )?(?:parkplatze?n?|parkmoglichkeit(?:en)?)'

/** `sie` is you and they, `ihre` your, her and their: only the first question of a call is plain. */
export const germanQuestions: QuestionForms = {
  fillers: 'ahm?|hm+|eh|denn|eigentlich|bitte|mal|also|nun',
  leads: [
    'hallo|hi|hey|guten (?:tag|morgen|abend)|gruss gott|gruezi|servus|moin|entschuldigung|entschuldigen sie|verzeihung|danke schon|vielen dank|danke|und|ob',
    'ich (?:wollte|mochte|wurde)(?: nur| gerne?)* (?:fragen|wissen)|ich hatte(?: nur)? (?:gerne? gewusst|eine(?: kurze)? frage)|ich habe(?: nur)? eine(?: kurze)? frage|nur eine frage|(?:nur )?(?:eine )?kurze frage',
    '(?:konnen|konnten|wurden) sie mir sagen|sagen sie|wissen sie|darf ich fragen|konnen sie mir verraten',
  ].join('|'),
  assents: 'ja|ok|okay|gut|super|alles klar|genau|in ordnung',
  trails: 'danke(?: schon| sehr)?|vielen dank|bitte|eigentlich|denn',
  forms: { 'open-now': [], hours: [], closing: [], opening: [], address: [], parking: [], 'parking-place': [], 'parking-free': [] },
  firstForms: {
    'open-now': [`${have} ${you} (?:${now} ){0,2}${shutOrOpen}(?: ${now})?`, `${you} (?:${now} ){0,2}${open} (?:haben|sind|habt|seid)`],
    hours: [
      `${have} ${you} (?:noch )?${day} (?:noch )?${shutOrOpen}`,
      `${have} ${you} ${shutOrOpen} ${day}`,
      `${you} ${day} ${open} (?:haben|sind|habt|seid)`,
      `(?:offnen|offnet) ${you} ${day}`,
      `(?:machen|macht) ${you} ${day} auf`,
      `(?:(?:wie|was|wann) (?:sind|waren|lauten) )?(?:(?:ihre|eure|die) )?${hours}(?: ${day})?`,
      `wie (?:ihre|eure|die) ${hours} (?:sind|lauten)`,
      `(?:welche|was fur) ${hours} (?:haben|habt) (?:sie|ihr)(?: ${day})?`,
      `(?:wann|von wann bis wann) ${have} ${you} (?:${day} )?${open}`,
      `(?:wann|von wann bis wann) ${you} (?:${day} )?${open} (?:haben|habt)`,
    ],
    closing: [
      `${when} (?:schliessen|schliesst) ${you}(?: ${day})?`,
      `${when} (?:machen|macht) ${you} (?:${day} )?(?:zu|dicht)`,
      `${when} ${you} (?:${day} )?(?:schliessen|schliesst|zumachen|zumacht)`,
      `${untilWhen} ${have} ${you} (?:noch )?(?:${day} )?(?:noch )?${open}`,
      `${untilWhen} ${you} (?:noch )?(?:${day} )?(?:noch )?${open} (?:haben|habt)`,
    ],
    opening: [
      `(?:${when}|ab wann) (?:offnen|offnet) ${you}(?: ${day})?`,
      `(?:${when}|ab wann) (?:machen|macht) ${you} (?:${day} )?auf`,
      `(?:${when}|ab wann) ${you} (?:${day} )?(?:offnen|offnet|aufmachen|aufmacht)`,
      `ab wann ${have} ${you} (?:${day} )?${open}`,
    ],
    address: [
      'wo (?:sind|seid) (?:sie|ihr)(?: genau)?(?: zu finden| ansassig)?|wo (?:sie|ihr) (?:genau )?(?:sind|seid)',
      'wo (?:befinden|findet) (?:sie|ihr) (?:sich|euch)(?: genau)?|wo (?:sie sich|ihr euch) (?:genau )?(?:befinden|befindet)|wo finde ich (?:sie|euch)',
      `(?:(?:wie|was) (?:ist|lautet|ware) )?(?:ihre|eure|die) ${address}`,
      `wie (?:ihre|eure|die) ${address} (?:ist|lautet)`,
      `(?:kann|konnte|durfte) ich (?:ihre|eure|die) ${address} (?:haben|bekommen)`,
      `(?:konnen|konnten|wurden) sie mir (?:ihre|die) ${address} (?:geben|sagen|nennen)`,
      'wo (?:ist|liegt|befindet sich) (?:ihr|euer) (?:laden|geschaft|buro|standort)',
      'wo (?:ist|liegt|befindet sich) (?:der |die |das |ihre? )?(?<place>.{3,60})',
      `(?:wie|was) (?:ist|lautet) die ${address} (?:von |vom |der |des |fur )(?:der |die |das )?(?<place>.{3,60})`,
    ],
    parking: [
      `(?:gibt es|haben sie|habt ihr) (?:bei ihnen |bei euch |dort |da )?${parking}(?: bei ihnen| bei euch)?`,
      'kann (?:ich|man) (?:bei ihnen|bei euch|dort|da) parken',
      `ob es ${parking} gibt`,
    ],
    'parking-place': ['wo (?:kann|soll|darf|konnen) (?:ich|man|wir) (?:bei ihnen |bei euch |dort |da )?parken', 'wo parke ich(?: bei ihnen)?'],
    'parking-free': ['ist (?:das parken|der parkplatz) (?:bei ihnen )?(?:kostenlos|gratis|umsonst)'],
  },
  days: [['heute', 'today'], ['morgen', 'tomorrow'], ['wochenende', 'weekend'], ['sonnabend', 'saturday'], ...names.map((name, at) => [name, weekdays[at]!] as const)],
}
