import { weekdays } from '../domain/opening-hours.ts'
import type { QuestionForms } from './question-forms.ts'

const names = ['lunes', 'martes', 'miercoles', 'jueves', 'viernes', 'sabado', 'domingo']
const you = '(?: ustedes)?'
const are = `(?:estan?|estaran?|tienen?|van a estar)${you}`
const open = 'abiert[oa]s?'
const shutOrOpen = '(?:abiert|cerrad)[oa]s?'
const now = '(?:ahora(?: mismo)?|ahorita|en este momento|todavia|aun)'
const day = `(?<day>hoy|manana|(?:el |los |este |el proximo )?(?:${names.join('|')})s?|(?:el |los |este )?(?:fin|fines) de semana)`
const when = '(?:a que hora|cuando|como a que hora)'
const hours = 'horarios?(?: de (?:atencion|apertura|servicio|trabajo))?'
const address = 'direccion(?: exacta| completa)?'
const parking = '(?:un |algun )?(?:estacionamiento|aparcamiento|parking|parqueadero|parqueo|lugar para (?:estacionar|aparcar))'

/** Verbs without a pronoun, and `su`, are you and they: only the first question of a call is plain. */
export const spanishQuestions: QuestionForms = {
  fillers: 'eh+|em+|um+|este|pues|hm+',
  leads: [
    'hola|buenos dias|buenas (?:tardes|noches)|buenas|disculpen?|perdonen?|perdon|oigan?|mire|por favor|gracias|bueno|y|senorita|senor',
    '(?:solo )?(?:queria|quisiera|quiero|me gustaria|necesito|necesitaba) (?:saber|preguntar|preguntarle|consultar)|llamo para (?:saber|preguntar)|llamaba para (?:saber|preguntar)',
    '(?:tengo |tenia )?una (?:pregunta|consulta|duda)',
    '(?:me )?(?:pueden?|podrian?) decir(?:me)?|digan?me|me dicen?|saben?',
  ].join('|'),
  assents: 'si|ok|okay|vale|de acuerdo|claro|perfecto|muy bien',
  trails: 'por favor|(?:muchas )?gracias|porfa|ustedes',
  forms: { 'open-now': [], hours: [], closing: [], opening: [], address: [], parking: [], 'parking-place': [], 'parking-free': [] },
  firstForms: {
    'open-now': [`${are} (?:todavia |aun |ya )?${shutOrOpen}(?: ${now})?`, `${now} ${are} ${shutOrOpen}`],
    hours: [
      `${are} ${shutOrOpen} ${day}`,
      `(?:abren|abre|cierran|cierra|van a abrir|abriran)${you} ${day}`,
      `(?:(?:cual es|cuales son|que) )?(?:su|sus|el|los) ${hours}(?: (?:de |del |para )?${day})?`,
      `(?:que|cual) ${hours} (?:tienen?|manejan?|es)${you}(?: ${day})?`,
      `de que hora a que hora (?:abren|${are} ${open})(?: ${day})?`,
      hours,
    ],
    closing: [
      `${when} (?:cierran|cierra)${you}(?: ${day})?`,
      `hasta que hora (?:abren|abre|atienden|cierran|${are} ${open}|estan)${you}(?: ${day})?`,
    ],
    opening: [`(?:${when}|desde que hora|a partir de que hora) (?:abren|abre)${you}(?: ${day})?`],
    address: [
      `(?:en )?donde estan?${you}(?: ubicad[oa]s?| localizad[oa]s?| situad[oa]s?)?`,
      `donde (?:quedan?|se encuentran?|se ubican?)${you}`,
      `(?:(?:cual es|me da|me dan|me pueden? dar|me podrian? dar|deme|puede darme|podria darme|necesito) )?(?:su|la) ${address}`,
      `cual (?:su|la) ${address} es|que ${address} (?:tienen|es)`,
      'donde (?:esta|queda|se encuentra) (?:su|la) (?:tienda|oficina|local|negocio)',
      'donde (?:esta|queda|se encuentra) (?:el |la |su )?(?<place>.{3,60})',
      `cual es la ${address} (?:de |del |de la )(?<place>.{3,60})`,
    ],
    parking: [`(?:hay|tienen?|cuentan? con)${you} ${parking}`, '(?:se puede|puedo|podemos) (?:estacionar|aparcar|estacionarme) (?:ahi|alli|aqui)'],
    'parking-place': ['donde (?:puedo|podemos|se puede) (?:estacionar|aparcar|estacionarme|parquear)(?: el (?:coche|carro|auto))?', `donde (?:esta|queda) el ${parking}`],
    'parking-free': ['(?:el )?(?:estacionamiento|aparcamiento|parking) es (?:gratis|gratuito)', 'es (?:gratis|gratuito) el (?:estacionamiento|aparcamiento|parking)'],
  },
  days: [['hoy', 'today'], ['manana', 'tomorrow'], ['semana', 'weekend'], ...names.map((name, at) => [name, weekdays[at]!] as const)],
}
