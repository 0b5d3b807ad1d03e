import { weekdays } from '../domain/opening-hours.ts'
import type { QuestionForms } from './question-forms.ts'

const you = '(?:you(?: guys| all| folks)?|yall|(?:the|your) (?:shop|store))'
const youAre = '(?:youre|yall(?: are)?|you(?: guys| all| folks)?(?: are)?)'
const your = '(?:your|youre|you|ur)'
const now = '(?:now|right now|at the moment|currently|at this time)'
const weekday = `(?:${weekdays.join('|')})s?`
const day = `(?<day>today|to day|tomorrow|(?:on |for |this |next |this coming |on a )?${weekday}|(?:on |for |at |over )?(?:the |this )?weekends?)`
const when = '(?:what time|at what time|when|around what time)'
const untilWhen = '(?:how late|until when|till when|until what time|till what time)'
const kind = '(?:opening |business |store |shop |office |working |regular |normal |operating )?'
const hours = `${kind}(?:hours(?: of operation)?|opening times?)`
const address = '(?:full |exact |street |physical |shop |store |office )?(?:address|adress)'
const site = '(?:shop|store|office|business|place|location)'
const me = '(?:please )?(?:give|tell|send)? ?me'
/** Not a lot, a garage or one's own, nor on the premises: a no to that is no answer to whether one can park at all. */
const parking = '(?:(?:any |some )?parking|(?:a place|somewhere|anywhere) to park)'
const here = '(?: here| there| available)?'

export const englishQuestions: QuestionForms = {
  fillers: 'um+|uh+|er+|erm|hm+|ah|just',
  leads: [
    '(?:hi|hello|hey|hiya)(?: there)?|good (?:morning|afternoon|evening|day)|excuse me|sorry|please|thanks|thank you|well|so|oh|and|also|like|actually|you know',
    '(?:i )?(?:was |am |im )?wondering|im (?:calling|phoning|ringing) to (?:ask|check|see|find out)|calling to (?:ask|check|see|find out)',
    '(?:i )?(?:wanted|want|need|would like|d like) to (?:know|ask|check|find out|see)|id like to (?:know|ask|check|find out)',
    '(?:i have|ive got|i got) a (?:quick )?question|quick question|(?:can|could|may) i ask(?: you)?|let me ask you',
    '(?:can|could|would|will) you (?:please )?tell me|tell me|do you (?:happen to )?know|if|whether',
  ].join('|'),
  assents: 'yes|yeah|yep|yup|ok|okay|sure|alright|all right|right|great|perfect|cool|good|fine|got it|awesome',
  trails: 'please|thanks|thank you(?: so| very)?(?: much)?|by any chance|do you know|can you tell me|you guys|you know',
  forms: {
    'open-now': [`(?:are|r|is) ${you} (?:still |currently |already |now )?(?:open|opened|closed)(?: ${now})?`, `${youAre} (?:still |currently )?open(?: ${now})?`],
    hours: [
      `(?:are|r|is|will) ${you} (?:still |going to be |gonna be |be )?(?:open|opened|closed) ${day}`,
      `${youAre} (?:still |going to be |gonna be )?open ${day}`,
      `do ${you} open ${day}`,
      `(?:what are|whats|what is|what r|what) ${your} ${hours}(?: ${day})?`,
      `what ${your} ${hours} are(?: ${day})?`,
      `${your} ${hours}(?: ${day})?`,
      `what (?:hours|times?) (?:are ${you}|${youAre}) open(?: ${day})?`,
      `when (?:are ${you}|${youAre}) open(?: ${day})?`,
      `what (?:are ${your} )?hours do you have ${day}`,
    ],
    closing: [
      `${when} (?:do |does |will )?${you} (?:close|shut)(?: ${day})?`,
      `what time are ${you} closing(?: ${day})?`,
      `${untilWhen} (?:are |r |do |will )?(?:${you}|${youAre}) (?:be |stay )?open(?: ${day})?`,
      `${when} are ${you} open (?:until|till|til)(?: ${day})?`,
    ],
    opening: [`(?:${when}|how early|how soon) (?:do |does |will )?${you} open(?: up)?(?: ${day})?`],
    address: [
      `(?:where|whereabouts) (?:are |is )?${you} (?:located|based|situated)(?: at)?`,
      `(?:where|whereabouts) ${youAre} (?:located|based|situated)(?: at)?`,
      `(?:what is|whats|what) ${your} (?:${address}|location)`,
      `what ${your} (?:${address}|location) is`,
      `(?:can|could|may) i (?:please )?(?:get|have) your ${address}`,
      `(?:can|could|would|will) you ${me} your ${address}`,
      `(?:give me |i need )?your ${address}`,
      `(?:where is|wheres) your ${site}(?: located| at)?`,
      `where your ${site} is(?: located)?`,
      `(?:where is|wheres) (?:the |your )?(?<place>.{3,60}?)(?: located)?`,
      `(?:what is|whats) the ${address} (?:of|for) (?:the |your )?(?<place>.{3,60})`,
    ],
    parking: [
      `(?:do|does) ${you} (?:have|offer) ${parking}${here}`,
      `(?:is there|are there|theres|there is) ${parking}${here}`,
      `(?:you|you guys) (?:have|offer) ${parking}${here}`,
      'is (?:there )?parking available',
      '(?:can|could) (?:i|we) park (?:here|there)',
    ],
    'parking-place': [
      'where (?:can|do|should|could|would) (?:i|we) park(?: my car| the car| our car)?(?: here| there)?',
      'where (?:i|we) (?:can|should|could) park(?: my car| the car| our car)?(?: here| there)?',
      '(?:where is|wheres) (?:the |your )?parking(?: lot)?',
      'where can (?:i|we) find parking',
    ],
    'parking-free': ['is (?:the |your )?parking free(?: of charge)?(?: here| there)?'],
  },
  firstForms: {
    hours: [`(?:(?:what are|whats|what is) (?:the )?)?${hours}(?: ${day})?`],
    address: ['(?:where|whereabouts) are you(?: guys| all| folks)?(?: at)?', 'where you (?:at|are)', `(?:what is|whats) the ${address}`, `(?:can|could|may) i (?:please )?(?:get|have) the ${address}`],
  },
  days: [['today', 'today'], ['to day', 'today'], ['tomorrow', 'tomorrow'], ['weekend', 'weekend'], ...weekdays.map((name) => [name, name] as const)],
}
