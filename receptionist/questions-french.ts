import { weekdays } from '../domain/opening-hours.ts'
import type { QuestionForms } from './question-forms.ts'

const names = ['lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi', 'dimanche']
const is = '(?:est ce que )?'
const are = `${is}(?:vous etes|etes vous|vous serez|serez vous)`
const open = '(?:ouverts?|ouvertes?)'
const shutOrOpen = '(?:ouverts?|ouvertes?|fermes?|fermees?)'
const now = '(?:maintenant|en ce moment|actuellement|la maintenant)'
const day = `(?<day>aujourdhui|demain|(?:le |ce |les )?(?:${names.join('|')})s?(?: prochain)?|(?:le |ce |les )?week ?ends?)`
const when = '(?:a quelle heure|vers quelle heure|quand)'
const untilWhen = '(?:jusqua quelle heure|jusqua quand)'
const openVerb = `${is}(?:vous ouvrez|ouvrez vous)`
const closeVerb = `${is}(?:vous fermez|fermez vous)`
const hours = '(?:horaires?|heures)(?: d ?ouverture)?'
const address = 'adresse(?: exacte| complete)?'
const parking = '(?:(?:un |du |des )?(?:parking|stationnement|(?:places? )?(?:de |pour )(?:parking|stationnement|se garer)))'
const place = '(?:magasin|boutique|cabinet|bureau|local|restaurant|salon)'

export const frenchQuestions: QuestionForms = {
  fillers: 'euh+|heu+|hm+|ben|bah|donc|alors',
  leads: [
    'bonjour|bonsoir|salut|allo|madame|monsieur|excusez moi|pardon|merci beaucoup|merci|sil vous plait|svp|et|juste',
    'je (?:voulais|voudrais|souhaiterais|souhaite|aimerais|veux) (?:vous )?(?:savoir|demander)|jaimerais (?:vous )?(?:savoir|demander)|(?:cest|jappelle|je vous appelle) pour (?:savoir|demander)',
    '(?:jai|jaurais)(?: juste)? une (?:petite )?question|(?:juste )?une (?:petite )?question',
    `${is}(?:vous )?(?:pouvez|pourriez)(?: vous)? me dire|dites moi|savez vous|vous savez`,
  ].join('|'),
  assents: 'oui|si|daccord|ok|okay|tres bien|parfait|voila',
  trails: 'sil vous plait|svp|merci(?: beaucoup| bien)?|exactement',
  forms: {
    'open-now': [`${are} (?:encore |toujours |deja |actuellement )?${shutOrOpen}(?: ${now})?`],
    hours: [
      `${are} (?:encore )?${shutOrOpen} ${day}`,
      `(?:${openVerb}|${closeVerb}) ${day}`,
      `(?:quels? sont|quelles? sont|quel est|quelles? est|cest quoi) (?:vos|votre) ${hours}(?: (?:de |du |pour )?${day})?`,
      `(?:vos|votre) ${hours}(?: (?:de |du |pour )?${day})?`,
      `quand ${are} ${open}(?: ${day})?`,
    ],
    closing: [
      `${when} ${closeVerb}(?: ${day})?`,
      `${closeVerb} (?:a quelle heure|quand)(?: ${day})?`,
      `${closeVerb} ${day} a quelle heure`,
      `${untilWhen} ${are} ${open}(?: ${day})?`,
      `${are} ${open} ${untilWhen}(?: ${day})?`,
    ],
    opening: [
      `(?:${when}|a partir de quelle heure|des quelle heure) ${openVerb}(?: ${day})?`,
      `${openVerb} (?:a quelle heure|quand)(?: ${day})?`,
      `${openVerb} ${day} a quelle heure`,
    ],
    address: [
      `ou ${are} (?:situe|base|installe)e?s?`,
      `${is}vous etes (?:situe|base|installe)e?s? ou`,
      `ou ${is}(?:vous vous trouvez|vous trouvez vous|vous vous situez|vous situez vous)`,
      `(?:(?:quelle est|cest quoi|donnez moi) )?votre ${address}`,
      `${is}(?:je peux|puis je|je pourrais|pourrais je) avoir votre ${address}`,
      `${is}(?:pouvez vous|pourriez vous|vous pouvez|vous pourriez) me donner votre ${address}`,
      `ou (?:est|se trouve|se situe) votre ${place}`,
      'ou (?:est|se trouve|se situe) (?:le |la |les |votre )?(?<place>.{3,60})',
      `quelle est ladresse(?: exacte)? (?:de |du |des |de la )(?<place>.{3,60})`,
    ],
    parking: [
      `(?:est ce quil |est ce que )?(?:y a t il|il y a|y a|ya|ya til) ${parking}`,
      `${is}(?:vous avez|avez vous|vous disposez|disposez vous) (?:d ?)?${parking}`,
      `${is}(?:on peut|peut on|je peux|puis je) (?:se garer|me garer|stationner) (?:chez vous|devant chez vous|sur place)`,
    ],
    'parking-place': [
      `ou ${is}(?:je peux|puis je|on peut|peut on|je pourrais|nous pouvons|pouvons nous) (?:me |se |nous )?(?:garer|stationner)(?: la voiture| ma voiture)?`,
      'ou (?:est|se trouve) (?:le|votre) parking',
    ],
    'parking-free': ['(?:est ce que )?(?:le|votre) parking est (?:il )?gratuit'],
  },
  firstForms: {
    hours: [`(?:(?:quels? sont|quelles? sont|cest quoi) )?les ${hours}(?: (?:de |du |pour )?${day})?`, `horaires?(?: d ?ouverture)?`],
    address: [`ou ${are}`, 'vous etes ou', `(?:(?:quelle est|cest quoi) )?l ?${address}`, `${is}(?:je peux|puis je) avoir l ?${address}`],
  },
  days: [['aujourdhui', 'today'], ['demain', 'tomorrow'], ['week', 'weekend'], ...names.map((name, at) => [name, weekdays[at]!] as const)],
}
